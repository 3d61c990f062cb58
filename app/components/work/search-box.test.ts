import { expect, test } from 'vitest';
import { type SearchBox, typed, whenAddressSays, wrote } from './search-box.ts';

const empty: SearchBox = { text: '', seen: '', written: [] };

test('an echo of what was typed does not undo what was typed since', () => {
  let box = wrote(typed(empty, 'a'), 'a');
  box = wrote(typed(box, 'ab'), 'ab');
  box = typed(box, 'abc');
  box = whenAddressSays(box, 'a');
  expect(box.text).toBe('abc');
  box = whenAddressSays(box, 'ab');
  expect(box).toEqual({ text: 'abc', seen: 'ab', written: [] });
});

test('a link that clears the address clears the field, though it was empty before', () => {
  let box = whenAddressSays(wrote(typed(empty, 'a'), 'a'), 'a');
  box = whenAddressSays(wrote(typed(box, ''), ''), '');
  box = whenAddressSays(wrote(typed(box, 'ab'), 'ab'), 'ab');
  expect(box.text).toBe('ab');
  expect(whenAddressSays(box, '')).toEqual(empty);
});

test('an address that says the same changes nothing', () => {
  const box = typed(empty, 'not yet written');
  expect(whenAddressSays(box, '')).toBe(box);
  expect(wrote(empty, '')).toBe(empty);
});
