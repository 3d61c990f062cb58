import { expect, test } from 'vitest';
import { capErrors } from './cap-errors.ts';

const fields = (maxIterations: string, maxUsd: string) => Object.keys(capErrors({ maxIterations, maxUsd }));

test('figures that the factory takes are right; others, and none, are wrong beside their field', () => {
  expect(fields('1', '0.01')).toEqual([]);
  expect(fields(' 1000 ', '10000')).toEqual([]);
  for (const [iterations, usd] of [
    ['', ''],
    ['0', '0'],
    ['2.5', '-1'],
    ['1001', '10001'],
    ['ten', '1 $'],
  ] as const)
    expect([iterations, fields(iterations, usd)]).toEqual([iterations, ['maxIterations', 'maxUsd']]);
});
