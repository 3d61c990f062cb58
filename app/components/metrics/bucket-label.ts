import type { Metrics } from '../../../server/contracts/metrics.ts';

const HALF_DAY_MS = 12 * 3_600_000;

/**
 * How the piece of a period that begins at `at` is called, in the reader's language; the last one is not over. A day is one of the
 * factory's time zone, and named by its midday: at its midnight the reader's date may be another.
 */
export function bucketLabel(at: string, period: Metrics['period'], last: boolean): string {
  const name =
    period === 'day'
      ? new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
      : new Date(Date.parse(at) + HALF_DAY_MS).toLocaleDateString([], { day: 'numeric', month: 'short' });
  return last ? `${name}, so far` : name;
}
