/** First pause after a failure; doubled by each further one. */
const BACKOFF_MS = 2_000;
const BACKOFF_CAP_MS = 5 * 60_000;
/** A refusal that no waiting mends (422, a rejected push) is repeated this often, in case the other side was behind. */
export const PERMANENT_ATTEMPTS = 4;

export interface OutboxFailure {
  /** Tries so far, this one included. */
  attempts: number;
  transient: boolean;
  /** Not before this, where the other side named a time. */
  resetAt: Date | null;
}

export type OutboxDecision = { kind: 'retry'; at: Date } | { kind: 'give_up' };

/** What happens to a row whose side effect failed: again after a growing pause, or never again. */
export function decideOutboxRetry({ attempts, transient, resetAt }: OutboxFailure, now: Date): OutboxDecision {
  if (!transient && attempts >= PERMANENT_ATTEMPTS) return { kind: 'give_up' };
  const pauseMs = Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** Math.min(attempts - 1, 20));
  return { kind: 'retry', at: new Date(Math.max(now.getTime() + pauseMs, resetAt?.getTime() ?? 0)) };
}
