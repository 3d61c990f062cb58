import { expect, it } from 'vitest';
import { highlight } from './highlight.ts';

const marked = (text: string, q: string) =>
  highlight(text, q)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');

it('marks words of the query, in other endings too, and nothing that only begins alike', () => {
  expect(marked('Migrations run before the tests; contest rules do not.', 'migrate test')).toBe('[Migrations] run before the [tests]; contest rules do not.');
  expect(marked('createWorkItem refuses it', 'createworkitem')).toBe('[createWorkItem] refuses it');
  expect(marked('a b c', 'a')).toBe('a b c');
  expect(marked('Straße <img> ÄRGER', 'ärger img')).toBe('Straße <[img]> [ÄRGER]');
});

it('loses no character', () => {
  const text = '  x `code` \n\t“quoted” … emoji 🎉 end ';
  expect(
    highlight(text, 'code emoji end quoted')
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});
