import { expect, test } from 'vitest';
import { tooLong } from './too-long.ts';

test('says by how much a text is too long; spaces around it do not count', () => {
  expect(tooLong(` ${'x'.repeat(2_000)} `, 2_000)).toBeUndefined();
  expect(tooLong('x'.repeat(2_001), 2_000)).toBe('This is 1 character too long: 2,001 of at most 2,000.');
  expect(tooLong('x'.repeat(3_500), 2_000)).toBe('This is 1,500 characters too long: 3,500 of at most 2,000.');
});
