import { expect, test } from 'vitest';
import { capsCountSince, decideItemCaps } from './item-caps.ts';

test('caps are the author’s, else the repository’s, else what fits the tasks', () => {
  const repository = { maxIterations: 12, maxUsd: null };
  expect(decideItemCaps({ maxIterations: 3, maxUsd: 0.5 }, repository, 99)).toEqual({ maxIterations: 3, maxUsd: 0.5 });
  expect(decideItemCaps({}, repository, 99)).toEqual({ maxIterations: 12, maxUsd: 10 });
  expect(decideItemCaps({}, null, 99)).toEqual({ maxIterations: 198, maxUsd: 10 });
  expect(decideItemCaps({}, null, 2)).toEqual({ maxIterations: 30, maxUsd: 10 });
});

test('what was used before the last retry counts no more', () => {
  const [createdAt, queuedAt] = [new Date(1), new Date(2)];
  expect([capsCountSince({ createdAt, queuedAt: null }), capsCountSince({ createdAt, queuedAt })]).toEqual([createdAt, queuedAt]);
});
