import { expect, test } from 'vitest';
import { SILENCE_MAX_MS, whyOrphaned } from './orphan.ts';

test('a worker waits for a silent gateway for a day, and not at all once its workspace is gone', () => {
  expect(whyOrphaned({ workspace: '/', silentMs: SILENCE_MAX_MS - 1 })).toBeNull();
  expect(whyOrphaned({ workspace: '/', silentMs: SILENCE_MAX_MS })).toBe('the gateway did not answer for 24 hours: nobody waits for this work');
  expect(whyOrphaned({ workspace: '/no/such/workspace', silentMs: 0 })).toContain('the workspace /no/such/workspace is gone');
});
