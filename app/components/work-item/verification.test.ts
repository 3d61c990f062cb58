import { expect, test } from 'vitest';
import { verificationOf } from './verification.ts';

const words = (state: Parameters<typeof verificationOf>[0]['state'], verified: boolean | null, reason: string | null, verifyExit: number | null) =>
  verificationOf({ state, verified, runs: [{ reason, verifyExit }] })?.words ?? null;

test('what is verified says so in every state; what is under way says nothing yet', () => {
  expect(words('in_review', true, 'verified', 0)).toBe('verified');
  expect(words('running', null, null, null)).toBeNull();
  expect(words('stuck', null, 'stuck', 1)).toBeNull();
});

test('what is not says why: there is no command, the checks failed, or they never ran', () => {
  expect(words('completed', null, 'unverified', null)).toBe('not verified: no command');
  // As it was stored once.
  expect(words('completed', false, 'unverified', null)).toBe('not verified: no command');
  expect(words('in_review', null, 'stuck', 1)).toBe('not verified: the checks failed');
  expect(words('in_review', null, 'stuck', null)).toBe('not verified: the checks did not run');
  expect(verificationOf({ state: 'merged', verified: null, runs: [] })?.words).toBe('not verified: the checks did not run');
});
