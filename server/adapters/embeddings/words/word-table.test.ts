import { expect, test } from 'vitest';
import { AppError } from '../../../domain/app-error.ts';
import { compactWords, WordTable } from './word-table.ts';

const VECTORS = new Map([
  ['the', [1, 1, 1]],
  ['database', [0.2, 0.4, -0.4]],
  ['data', [0.1, 0.2, -0.1]],
  ['datum', [0, 0, 0]],
  ['don’t', [1, 2, 3]],
  ['zebra', [-3, 0, 4]],
]);
const block = () => compactWords({ dimension: 3, words: [...VECTORS.keys(), 'nowhere'], vectorOf: (word) => VECTORS.get(word) });
const table = () => new WordTable(block(), 'words.bin');

test('every word that a text can have is found with its rank, and no other', () => {
  const words = table();
  expect(['the', 'database', 'data', 'datum', 'zebra'].map((word) => words.rank(words.find(word) ?? -1))).toEqual([0, 1, 2, 3, 5]);
  expect(['don’t', 'nowhere', 'dat', 'databases', '', 'zz', 'a'].map((word) => words.find(word))).toEqual([null, null, null, null, null, null, null]);
  expect(words).toMatchObject({ dimension: 3, vocabulary: 7 });
});

test('vectors have length 1, and are what they were within what a byte can say', () => {
  const words = table();
  const sum = new Float32Array(3);
  words.add(words.find('zebra') ?? -1, 2, sum);
  expect([...sum].map((value) => value.toFixed(2))).toEqual(['-1.20', '0.00', '1.60']);
  expect(words.cosine(words.find('data') ?? -1, words.find('database') ?? -1)).toBeCloseTo(0.14 / (Math.sqrt(0.06) * 0.6), 2);
  expect(words.cosine(words.find('datum') ?? -1, words.find('zebra') ?? -1)).toBe(0);
});

test('a block that lies anywhere in memory is read', () => {
  const shifted = Buffer.concat([Buffer.alloc(1), block()]).subarray(1);
  expect(new WordTable(shifted, 'words.bin').find('zebra')).toBe(table().find('zebra'));
});

test('a truncated or foreign block is refused by name', () => {
  const whole = block();
  for (const bytes of [whole.subarray(0, whole.length - 1), whole.subarray(0, 7), Buffer.alloc(100), Buffer.concat([whole, Buffer.alloc(1)])]) {
    expect(() => new WordTable(bytes, 'words.bin')).toThrow(AppError);
    expect(() => new WordTable(bytes, 'words.bin')).toThrow('The word vectors words.bin are damaged or truncated: remove the file to have it made anew.');
  }
});
