import { startOfDaysAgo } from './today.ts';
import type { METRICS_PERIODS } from '../contracts/vocabulary.ts';

type MetricsPeriod = (typeof METRICS_PERIODS)[number];

const HOUR_MS = 3_600_000;
const HOURS = 24;
const DAYS = { week: 7, month: 30, quarter: 90 } as const;

/**
 * When each piece of a period begins, the oldest first: 24 hours, or so many days of the zone, each of them whole but for the last one,
 * which is still running. A figure of the whole period counts from the first.
 */
export function bucketStarts(period: MetricsPeriod, now: Date, timeZone: string): Date[] {
  if (period === 'day') {
    // Some zones are half an hour apart from UTC; their hours begin there.
    const sinceMidnightMs = now.getTime() - startOfDaysAgo(now, timeZone, 0).getTime();
    const hour = now.getTime() - (sinceMidnightMs % HOUR_MS);
    return Array.from({ length: HOURS }, (_, n) => new Date(hour - (HOURS - 1 - n) * HOUR_MS));
  }
  const days = DAYS[period];
  return Array.from({ length: days }, (_, n) => startOfDaysAgo(now, timeZone, days - 1 - n));
}
