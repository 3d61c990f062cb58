import { expect, test } from 'vitest';
import { newWorkHints } from './new-work-hints.ts';

const NOTHING = { setup: null, verify: null, baseBranch: null, maxIterations: null, maxUsd: null };

test('a known repository: what holds where a field is empty, and whose word it is', () => {
  const settings = { ...NOTHING, verify: 'npm test', maxIterations: 12, baseBranch: 'next' };
  expect(newWorkHints({ settings, environment: { setup: 'npm ci', verify: 'make' } }, 40)).toEqual({
    setup: 'empty: “npm ci”, the factory’s',
    verify: 'empty: “npm test”, the repository’s',
    baseBranch: 'empty: next, the repository’s',
    maxIterations: 'empty: 12, the repository’s',
    maxUsd: 'empty: 10',
  });
});

test('only where nobody has a verify command is the pull request a draft', () => {
  const none = newWorkHints({ settings: NOTHING, environment: { setup: null, verify: null } }, 40);
  expect(none.verify).toBe('without one, the pull request is a draft');
  expect(none.maxIterations).toBe('empty: 80, the larger of 30 and twice the tasks');
  expect(newWorkHints({ settings: NOTHING, environment: { setup: null, verify: 'make' } }, 1).verify).toBe('empty: “make”, the factory’s');
});

test('of a repository that is not known nothing is claimed', () => {
  expect(newWorkHints(null, 1).verify).toContain('without any');
});
