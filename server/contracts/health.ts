import { z } from 'zod';

/** One line of the `doctor` list, which is also Settings → Health. */
export const checkSchema = z.object({
  name: z.string(),
  result: z.enum(['PASS', 'WARN', 'FAIL']),
  detail: z.string(),
  /** What to do; absent on PASS. */
  fix: z.string().optional(),
  /** `doctor --fix` does it. */
  safe: z.literal(true).optional(),
});
export type Check = z.infer<typeof checkSchema>;

/** What `doctor --json` prints. */
export const healthReportSchema = z.object({ ok: z.boolean(), fixed: z.array(z.string()).default([]), checks: z.array(checkSchema) });
export type HealthReport = z.infer<typeof healthReportSchema>;
