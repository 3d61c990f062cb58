import { expect, test } from 'vitest';
import { isUsable, normalise, pool } from './vectors.ts';

const tokens = Float32Array.of(1, 2, 3, 4, 100, 100, /* second row */ 10, 20, 30, 40, 50, 60);
const shape = { rows: 2, length: 3, dimension: 2 };

test('the mean is taken over the tokens that the mask keeps; padding counts for nothing', () => {
  const pooled = pool(tokens, { ...shape, mask: [1, 1, 0, 1, 1, 1], pooling: 'mean' });
  expect(pooled.map((vector) => [...vector])).toEqual([
    [2, 3],
    [30, 40],
  ]);
});

test('a model that pools by its first token gets that one', () => {
  const pooled = pool(tokens, { ...shape, mask: [1, 1, 0, 1, 1, 1], pooling: 'cls' });
  expect(pooled.map((vector) => [...vector])).toEqual([
    [1, 2],
    [10, 20],
  ]);
});

test('a row without any token is zero, not NaN', () => {
  expect([...(pool(tokens, { ...shape, mask: [0, 0, 0, 1, 1, 1], pooling: 'mean' })[0] ?? [])]).toEqual([0, 0]);
});

test('vectors are brought to length 1', () => {
  expect([...normalise(Float32Array.of(3, 4))].map((value) => value.toFixed(3))).toEqual(['0.600', '0.800']);
  expect([...normalise(new Float32Array(2))]).toEqual([0, 0]);
});

test('NaN, infinity and zero are no vectors', () => {
  expect(
    [
      [1, 0],
      [NaN, 1],
      [Infinity, 1],
      [0, 0],
    ].map((values) => isUsable(Float32Array.from(values))),
  ).toEqual([true, false, false, false]);
});
