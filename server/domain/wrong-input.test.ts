import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeWrongInput } from './wrong-input.ts';

const wrong = (schema: z.ZodType, input: unknown) => schema.safeParse(input, { error: describeWrongInput }).error?.issues[0]?.message;

test.each<[string, z.ZodType, unknown]>([
  ['it is missing', z.string(), undefined],
  ['it is missing', z.enum(['high', 'low']), undefined],
  ['it must be a number', z.number(), 'ten'],
  ['it must be a number', z.number(), Number.NaN],
  ['it must be a whole number', z.number().int(), 2.5],
  ['it must be 1 or more', z.number().int().min(1), 0],
  ['it must be 1000 or less', z.number().int().max(1_000), 1_001],
  ['it must be more than 0', z.number().positive(), 0],
  ['it must be less than 3', z.number().lt(3), 3],
  ['it is empty', z.string().trim().min(1), '  '],
  ['it must have 2 characters or more', z.string().min(2), 'x'],
  ['it may have 3 characters at most', z.string().max(3), 'four'],
  ['it must have 1 entry or more', z.array(z.string()).min(1), []],
  ['it may have 1 entries at most', z.array(z.string()).max(1), ['a', 'b']],
  ['it must be one of high, low', z.enum(['high', 'low']), 'odd'],
  ['it must be an address that begins with http:// or https://', z.url({ protocol: /^https?$/ }), 'ftp://x'],
  ['it is not written as it should be', z.string().regex(/^a$/), 'b'],
  ['there is no tea', z.strictObject({}), { tea: 1 }],
  ['it must be a list', z.array(z.string()), 'x'],
])('%s', (words, schema, input) => {
  expect(wrong(schema, input)).toBe(words);
});

test('words of a schema’s own stand', () => {
  expect(wrong(z.string().min(1, 'write what is worth keeping'), '')).toBe('write what is worth keeping');
  expect(
    wrong(
      z.string().refine(() => false, 'must not hold a NUL byte'),
      'x',
    ),
  ).toBe('must not hold a NUL byte');
});
