import { z } from 'zod';
import { PAUSE_REASON_MAX } from './vocabulary.ts';

/** Limits that people set, each with what it takes. */
export const limitsSchema = z.object({
  maxWorkers: z.number().int().min(0).max(1000),
  dailyBudget: z.number().int().min(0).max(1_000_000),
  /** null: no cap. */
  dailyBudgetUsd: z.number().min(0).max(1_000_000).nullable(),
  cooldownSeconds: z.number().int().min(0).max(86_400),
});
export type LimitName = keyof z.infer<typeof limitsSchema>;

/** One limit to set; value undefined: back to the environment's. */
export const setLimitSchema = z.object({ name: z.enum(['maxWorkers', 'dailyBudget', 'dailyBudgetUsd', 'cooldownSeconds']), value: z.unknown().optional() });

export const pauseFactorySchema = z.object({
  reason: z
    .string()
    .trim()
    .max(PAUSE_REASON_MAX)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL byte')
    .default(''),
});

/** Who set a value, and when; null: it is the environment's. */
const setBySchema = z.object({ by: z.string(), at: z.string() });
const limitViewSchema = z.object({
  name: setLimitSchema.shape.name,
  value: z.number().nullable(),
  /** The environment's value, which holds without a row. */
  fallback: z.number().nullable(),
  set: setBySchema.nullable(),
});
export type LimitView = z.infer<typeof limitViewSchema>;

/** Every limit, and the pause where the factory is paused. */
export const limitsViewSchema = z.object({ limits: z.array(limitViewSchema), pause: setBySchema.extend({ reason: z.string() }).nullable() });
export type LimitsView = z.infer<typeof limitsViewSchema>;
