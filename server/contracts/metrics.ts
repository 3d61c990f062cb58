import { z } from 'zod';

export const METRICS_PERIODS = ['day', 'week', 'month', 'quarter'] as const;

/** GET /api/metrics */
export const metricsQuerySchema = z.object({
  period: z.enum(METRICS_PERIODS).default('week'),
  repo: z
    .string()
    .max(500)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL byte')
    .optional(),
});

const seconds = z.number().nonnegative().nullable();
const outcomes = {
  /** Items that ended as a pull request or a verified branch. */
  delivered: z.number().int(),
  stuck: z.number().int(),
  failed: z.number().int(),
};
const figures = {
  ...outcomes,
  /** Delivered of all that ended, 0 to 1; null: nothing ended. */
  successRate: z.number().min(0).max(1).nullable(),
  /** From submission to the pull request or branch; null: nothing was delivered. */
  durationP50Seconds: seconds,
  durationP95Seconds: seconds,
  usd: z.number(),
  iterations: z.number().int(),
};

/** What happened in a period, computed over the record of every move. null is "nothing to measure", never zero. */
export const metricsSchema = z.object({
  period: z.enum(METRICS_PERIODS),
  since: z.iso.datetime(),
  repo: z.string().nullable(),
  summary: z.object({
    ...figures,
    merged: z.number().int(),
    /** From queued to taken by a worker. */
    queueWaitP50Seconds: seconds,
    queueWaitP95Seconds: seconds,
    /** USD of all runs of what was merged, by pull request. */
    usdPerMergedPr: z.number().nullable(),
    /** Iterations of all runs of what was delivered, by item. */
    iterationsPerItem: z.number().nullable(),
  }),
  /** Hours of a day, else days of the factory's time zone, oldest first, none left out. */
  buckets: z.array(z.object({ at: z.iso.datetime(), ...outcomes, usd: z.number(), iterations: z.number().int() })),
  byRepo: z.array(z.object({ repo: z.string(), ...figures })),
});
export type Metrics = z.infer<typeof metricsSchema>;
