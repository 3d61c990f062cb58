import { expect, test } from 'vitest';
import { frequency, rarityOf, weightOf, WordMeaning } from './word-meaning.ts';
import { compactWords, WordTable } from './word-table.ts';

const VECTORS = new Map([
  ['the', [5, 5, 5, 5]],
  ['database', [1, 0.1, 0, 0]],
  ['table', [0.9, 0.3, 0, 0]],
  ['button', [0, 0, 1, 0.1]],
  ['css', [0, 0, 0.9, 0.3]],
]);
// Frequent words that no vector is asked of stand before the rare ones.
const words = ['the', ...Array.from({ length: 50_000 }, (_, index) => `filler-${index}`), ...[...VECTORS.keys()].slice(1)];
const meaning = new WordMeaning(new WordTable(compactWords({ dimension: 4, words, vectorOf: (word) => VECTORS.get(word) }), 'words.bin'));
const cosine = (a: string, b: string) => {
  const other = meaning.vectorOf(b);
  return meaning.vectorOf(a).reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
};

test('frequencies follow Zipf: they sum to 1 over the vocabulary', () => {
  const sum = Array.from({ length: 10_000 }, (_, rank) => frequency(rank, 10_000)).reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(1, 3);
});

test('rare words weigh more, in the average up to 1', () => {
  const weights = [0, 10, 1_000, 300_000].map((rank) => weightOf(rank, 341_479));
  expect(weights).toEqual([...weights].sort((a, b) => a - b));
  expect(weights[0]).toBeLessThan(0.01);
  expect(weights[3]).toBeGreaterThan(0.99);
  expect(rarityOf(300_000, 341_479)).toBeGreaterThan(rarityOf(100_000, 341_479));
});

test('texts about the same lie near to each other; a frequent word moves nothing', () => {
  expect(cosine('database', 'the the the table')).toBeGreaterThan(0.95);
  expect(cosine('database', 'button')).toBeLessThan(0.2);
  expect(cosine('cssButton', 'css_button')).toBeCloseTo(1, 5);
});

test('a text without a known word has a place of its own, of length 1', () => {
  for (const text of ['', 'xyzzy', '日本語']) expect(cosine(text, text)).toBeCloseTo(1, 5);
  expect(cosine('xyzzy', 'plugh')).toBeLessThan(0.95);
});

test('a second look prefers the same word, then a near one, and counts unknown names only where they are met', () => {
  const [same, near, far] = meaning.rerank('the database', ['a database', 'the table', 'the button']);
  expect(same).toBeGreaterThan(near ?? 1);
  expect(near).toBeGreaterThan((far ?? 1) + 0.3);
  const [named, unnamed] = meaning.rerank('xyzzy database', ['table of xyzzy', 'table of plugh']);
  expect(named).toBeGreaterThan((unnamed ?? 1) + 0.3);
  expect(meaning.rerank('', ['database'])).toEqual([0]);
  expect(meaning.rerank('database', [])).toEqual([]);
  expect(meaning.rerank('database', [''])).toEqual([0]);
});
