import type { Logger } from 'pino';
import { GitHubError } from '../../../server/adapters/github.ts';
import { pause } from './pause.ts';

/** Longest wait after a failure, in ms; a rate limit's own end is waited for whatever it is. */
const BACKOFF_CAP_MS = 10 * 60_000;

export interface PollDeps {
  /** What the loop does, as the start of a sentence: 'Issue intake'. */
  what: string;
  intervalMs: number;
  /** One sentence where it is off, null where it works: shown on the overview. */
  report: (sentence: string | null) => void;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  now: () => Date;
}

/**
 * Calls `once` every interval until the signal aborts. A failure is reported and logged when its words change, and
 * tried again after a growing pause, or when the rate limit ends.
 */
export async function runPoll(deps: PollDeps, once: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let said: string | null = null;
  while (!signal.aborted) {
    let waitMs = deps.intervalMs;
    try {
      await once(signal);
      if (said !== null) deps.log.info(`${deps.what} works again`);
      failures = 0;
      said = null;
      deps.report(null);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const words = error instanceof Error ? error.message : String(error);
      deps.report(`${deps.what} is off: ${words}`);
      if (words !== said) deps.log.warn({ err: error }, `${deps.what} failed`);
      said = words;
      const resetMs = error instanceof GitHubError && error.resetAt ? error.resetAt.getTime() - deps.now().getTime() : 0;
      waitMs = Math.max(deps.intervalMs, resetMs, Math.min(BACKOFF_CAP_MS, deps.intervalMs * 2 ** Math.min(failures - 1, 10)));
    }
    await pause(waitMs, signal);
  }
}
