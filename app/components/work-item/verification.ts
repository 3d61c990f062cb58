import type { ShownWorkItem } from '../../../server/contracts/rest.ts';

type Judged = Pick<ShownWorkItem, 'state' | 'verified'> & { runs: readonly Pick<ShownWorkItem['runs'][number], 'reason' | 'verifyExit'>[] };

/** What the factory knows of an item's checks, in words; null while nobody would ask. A draft that a person asked for may have been checked, and be red. */
export function verificationOf({ state, verified, runs }: Judged): { words: string; tone: 'text-ok' | 'text-warn' | 'text-bad' } | null {
  if (verified === true) return { words: 'verified', tone: 'text-ok' };
  if (state !== 'in_review' && state !== 'completed' && state !== 'merged') return null;
  const run = runs.at(-1);
  if (run?.reason === 'unverified') return { words: 'not verified: no command', tone: 'text-warn' };
  if (typeof run?.verifyExit === 'number' && run.verifyExit !== 0) return { words: 'not verified: the checks failed', tone: 'text-bad' };
  return { words: 'not verified: the checks did not run', tone: 'text-warn' };
}
