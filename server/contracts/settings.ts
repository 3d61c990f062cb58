import { z } from 'zod';

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
    .max(200)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL byte')
    .default(''),
});

/** Who set a value, and when; null: it is the environment's. */
export interface SetBy {
  by: string;
  at: string;
}
export interface LimitView {
  name: LimitName;
  value: number | null;
  /** The environment's value, which holds without a row. */
  fallback: number | null;
  set: SetBy | null;
}
export interface LimitsView {
  limits: LimitView[];
  pause: (SetBy & { reason: string }) | null;
}
