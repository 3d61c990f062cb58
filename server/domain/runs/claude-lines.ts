import { z } from 'zod';

/** The lines of `--output-format stream-json` that Ralph acts on; all else is kept as a log line. */

const usage = z.object({
  input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
});

const block = z.looseObject({ type: z.string() });
export const textBlock = z.object({ type: z.literal('text'), text: z.string() });
export const toolUseBlock = z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() });
export const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.unknown())]).nullish(),
  is_error: z.boolean().nullish(),
});
export const thinkingBlock = z.object({ type: z.enum(['thinking', 'redacted_thinking']) });

export const claudeLineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('system'),
    subtype: z.string().nullish(),
    mcp_servers: z.array(z.object({ name: z.string(), status: z.string() })).nullish(),
    claude_code_version: z.string().nullish(),
    model: z.string().nullish(),
    error_status: z.number().nullish(),
    error: z.string().nullish(),
    attempt: z.number().nullish(),
  }),
  z.object({
    type: z.literal('assistant'),
    message: z.object({ content: z.union([z.string(), z.array(block)]) }),
    error: z.string().nullish(),
    api_error_status: z.number().nullish(),
  }),
  z.object({ type: z.literal('user'), message: z.object({ content: z.union([z.string(), z.array(block)]) }) }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean(),
    result: z.string().nullish(),
    errors: z.array(z.string()).nullish(),
    terminal_reason: z.string().nullish(),
    api_error_status: z.number().nullish(),
    total_cost_usd: z.number().nullish(),
    usage: usage.nullish(),
  }),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({ status: z.string(), resetsAt: z.number().nullish(), rateLimitType: z.string().nullish(), utilization: z.number().nullish() }),
  }),
]);
export type ClaudeLine = z.infer<typeof claudeLineSchema>;

/** Seconds in most versions, milliseconds in some: judged by magnitude. */
export function resetTime(value: number | null | undefined): Date | null {
  if (value === null || value === undefined || !(value > 0)) return null;
  return new Date(value < 1e11 ? value * 1000 : value);
}

/**
 * The CLI's sentence about a usage limit, and the next time of day it names, in UTC; null where the text is no such
 * sentence. For the last lines of an iteration only: a file that the agent reads may hold the same words.
 */
export function limitSentence(text: string, now: Date): { resetsAt: Date | null } | null {
  if (!/^\s*You['’]ve hit your .{0,60}limit/.test(text)) return null;
  const time = /resets (\d{1,2})(?::(\d{2}))?\s*(am|pm) \(UTC\)/i.exec(text);
  if (time === null) return { resetsAt: null };
  const hour = (Number(time[1]) % 12) + (time[3]?.toLowerCase() === 'pm' ? 12 : 0);
  const at = new Date(now);
  at.setUTCHours(hour, Number(time[2] ?? 0), 0, 0);
  if (at <= now) at.setUTCDate(at.getUTCDate() + 1);
  return { resetsAt: at };
}
