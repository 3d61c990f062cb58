import { isFailedOutcome } from '../../../server/domain/runs/iteration-outcome.ts';

/** One iteration as it is drawn; left, width and height in percent. */
export interface Bar {
  n: number;
  left: number;
  width: number;
  height: number;
  seconds: number;
  costUsd: number;
  finished: boolean;
  failed: boolean;
  /** How it ended, for people. */
  outcome: string;
}

interface Drawn {
  n: number;
  startedAt: string;
  finishedAt: string | null;
  outcome: string | null;
  costUsd: number;
}

/** One that cost nothing is still seen. */
const LOWEST = 12;

/**
 * Lays the iterations of a run, oldest first, on its time.
 * @param about.now milliseconds: where a run that has not ended is
 * @param about.dearest USD of the highest bar; 0: nothing cost anything, and all are as high
 */
export function layBars(iterations: readonly Drawn[], about: { start: string; end: string | null; now: number; dearest: number }): Bar[] {
  const start = Date.parse(about.start);
  const last = Date.parse(iterations.at(-1)?.finishedAt ?? iterations.at(-1)?.startedAt ?? about.start);
  const end = Math.max(about.end === null ? about.now : Date.parse(about.end), last, start + 1);
  const share = (ms: number) => (100 * ms) / (end - start);
  return iterations.map(({ n, startedAt, finishedAt, outcome, costUsd }, index) => {
    const from = Math.max(start, Date.parse(startedAt));
    // One after the other: none is drawn into the next, nor beyond it where nobody saw its end.
    const next = Date.parse(iterations[index + 1]?.startedAt ?? '') || end;
    const until = Math.min(next, finishedAt === null ? next : Date.parse(finishedAt));
    const finished = finishedAt !== null;
    const over = finished || about.end !== null || index < iterations.length - 1;
    return {
      ...{ n, costUsd, finished: over, failed: finished && outcome !== null && isFailedOutcome(outcome) },
      ...{ left: share(from - start), width: share(Math.max(0, until - from)), seconds: Math.max(0, until - from) / 1000 },
      height: about.dearest === 0 ? 50 : Math.max(LOWEST, (100 * costUsd) / about.dearest),
      outcome: finished ? (outcome ?? '') : over ? 'cut short' : 'runs',
    };
  });
}
