import { expect, test } from 'vitest';
import { type Begun, decideShortcut, focusOf, type Press } from './shortcut.ts';

const KEYS = ['c', '/', '?', 'g w', 'g k', 'Enter'];
const press = (key: string, more: Partial<Press> = {}): Press => ({ key, modified: false, focus: 'page', covered: false, at: 0, ...more });
/** What a row of presses does, a moment apart. */
function act(presses: Press[], keys = KEYS): (string | null)[] {
  let begun: Begun | null = null;
  return presses.map((each, n) => {
    const next = decideShortcut(keys, begun, { ...each, at: each.at || n * 100 });
    begun = next.begun;
    return next.action;
  });
}

test('a key acts on the page, and not in a field, behind what is open, or with a modifier', () => {
  expect(act([press('c')])).toEqual(['c']);
  expect(act([press('c', { focus: 'field' })])).toEqual([null]);
  expect(act([press('c', { covered: true }), press('g', { covered: true }), press('w', { covered: true })])).toEqual([null, null, null]);
  expect(act([press('c', { modified: true })])).toEqual([null]);
  expect(act([press('c', { focus: 'control' })])).toEqual(['c']);
});

test('Enter on a link or a button is its own', () => {
  expect(act([press('Enter', { focus: 'control' }), press('Enter')])).toEqual([null, 'Enter']);
});

test('g and a letter go, in time; the letter does nothing else meanwhile, and all is as before after it', () => {
  expect(act([press('g'), press('w'), press('c')])).toEqual([null, 'g w', 'c']);
  expect(act([press('g'), press('w', { at: 1_300 })])).toEqual([null, null]);
  expect(act([press('g'), press('c'), press('c')])).toEqual([null, null, 'c']);
  // The list under the shell knows j and k, and no sequence.
  expect(act([press('g'), press('k'), press('k')], ['j', 'k'])).toEqual([null, null, 'k']);
  expect(act([press('g'), press('w', { focus: 'field' }), press('w')])).toEqual([null, null, null]);
});

test('a sign that needs Shift is the sign', () => {
  expect(act([press('Shift'), press('?')])).toEqual([null, '?']);
  expect(act([press('g'), press('Shift'), press('w')])).toEqual([null, null, 'g w']);
});

test('only what takes letters is a field: a checkbox that was clicked leaves the keys alive', () => {
  const input = (type: string) => focusOf({ tag: 'input', type, editable: false, inControl: false });
  expect(['text', 'search', 'number', 'email', 'password', 'date'].map(input)).toEqual(Array(6).fill('field'));
  expect(['checkbox', 'radio', 'button', 'file'].map(input)).toEqual(Array(4).fill('control'));
  const of = (tag: string, more = {}) => focusOf({ tag, type: '', editable: false, inControl: false, ...more });
  expect([of('textarea'), of('select'), of('div', { editable: true }), of('div'), of('span', { inControl: true })]).toEqual([
    'field',
    'field',
    'field',
    'page',
    'control',
  ]);
});
