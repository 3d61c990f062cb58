import { z } from 'zod';
import { METRICS_PERIODS } from './vocabulary.ts';

/** GET /api/metrics */
export const metricsQuerySchema = z.object({
  period: z.enum(METRICS_PERIODS).default('week'),
  repo: z
    .string()
    .max(500)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL byte')
    .optional(),
});

const count = (what: string) => z.number().int().nonnegative().describe(what);
const seconds = (what: string) => z.number().nonnegative().nullable().describe(`${what}, in seconds; null: nothing to measure`);

/** What is measured of a period, of each piece of it and of each repository. Work counts where work on it ended last. */
export const metricFiguresSchema = z.object({
  delivered: count('Work items whose pull request was merged, or is in review or pushed as a branch with its checks passed by the factory'),
  unverified: count('Work items in review or pushed that nothing verified, drafts among them, and that nobody has merged'),
  closed: count('Work items whose pull request was closed unmerged'),
  stuck: count('Work items that need a person'),
  failed: count('Work items that were given up'),
  successRate: z.number().min(0).max(1).nullable().describe('delivered of all that ended (delivered, unverified, closed, stuck, failed); null: nothing ended'),
  durationP50Seconds: seconds('Median of what was delivered, from submission to the pull request or branch'),
  durationP95Seconds: seconds('95th percentile of what was delivered, from submission to the pull request or branch'),
  queueWaitP50Seconds: seconds('Median, from queued to taken by a worker, at the time it was taken'),
  queueWaitP95Seconds: seconds('95th percentile, from queued to taken by a worker'),
  merged: count('Pull requests that were merged in this time, whenever they were opened'),
  usd: z.number().nonnegative().describe('USD of the model calls of this time'),
  usdPerMergedPr: z.number().nonnegative().nullable().describe('USD of all runs of what was merged in this time, by pull request; null: nothing was merged'),
  iterations: count('Iterations granted in this time'),
  iterationsPerItem: z.number().nonnegative().nullable().describe('Iterations of all runs of what was delivered, by item; null: nothing was delivered'),
});
export type MetricFigures = z.infer<typeof metricFiguresSchema>;

/** What happened in a period, computed over the record of every move. null is "nothing to measure", never zero. */
export const metricsSchema = z.object({
  period: z.enum(METRICS_PERIODS),
  since: z.iso.datetime().describe('Where the first bucket begins; all figures count from there'),
  repo: z.string().nullable(),
  summary: metricFiguresSchema,
  buckets: z
    .array(metricFiguresSchema.extend({ at: z.iso.datetime() }))
    .describe('24 hours, or whole days of the factory’s time zone, oldest first, none left out; the last one is still running'),
  byRepo: z.array(metricFiguresSchema.extend({ repo: z.string() })),
});
export type Metrics = z.infer<typeof metricsSchema>;
