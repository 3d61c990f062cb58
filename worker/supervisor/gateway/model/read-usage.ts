import { z } from 'zod';
import { NO_USAGE, type Usage } from './prices.ts';

const count = z.number().int().nonnegative().nullish();
const usageSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
});
const lineSchema = z.looseObject({
  type: z.string(),
  message: z.looseObject({ usage: usageSchema.optional() }).optional(),
  usage: usageSchema.optional(),
  delta: z.looseObject({ text: z.string().optional(), partial_json: z.string().optional(), thinking: z.string().optional() }).optional(),
});
const answerSchema = z.looseObject({ usage: usageSchema });

/** Longest line of a stream that is looked at, and longest JSON answer. */
const KEPT_MAX_CHARS = 8 * 1024 * 1024;
/** Characters of streamed text that a token stands for at least, where the stream was cut before it gave its count. */
const CHARS_PER_TOKEN = 3;

export interface UsageReader {
  push(chunk: Uint8Array): void;
  /** What is known so far; null where the answer named no usage. */
  known(): Usage | null;
}

/** Reads token counts from an answer while it passes by: server-sent events (`stream`) or one JSON object. */
export function createUsageReader(opts: { stream: boolean }): UsageReader {
  const decoder = new TextDecoder();
  let pending = '';
  let usage: Usage | null = null;
  let streamedChars = 0;
  let final = false;

  const line = (text: string) => {
    if (!text.startsWith('data:')) return;
    const event = lineSchema.safeParse(parseJson(text.slice('data:'.length)));
    if (!event.success) return;
    const { delta, message, type } = event.data;
    streamedChars += (delta?.text ?? delta?.partial_json ?? delta?.thinking ?? '').length;
    const seen = message?.usage ?? event.data.usage;
    if (seen) usage = merge(usage ?? NO_USAGE, seen);
    if (type === 'message_delta' && seen) final = true;
  };
  return {
    push(chunk) {
      pending += decoder.decode(chunk, { stream: true });
      if (opts.stream) {
        const lines = pending.split(/\r?\n/);
        pending = lines.pop() ?? '';
        lines.forEach(line);
      }
      if (pending.length > KEPT_MAX_CHARS) pending = '';
    },
    known() {
      if (!opts.stream) {
        const answer = answerSchema.safeParse(parseJson(pending));
        return answer.success ? merge(NO_USAGE, answer.data.usage) : null;
      }
      if (usage === null || final) return usage;
      return { ...usage, outputTokens: Math.max(usage.outputTokens, Math.ceil(streamedChars / CHARS_PER_TOKEN)) };
    },
  };
}

/** Counts in a later event are totals, not additions; a field that it lacks keeps its earlier value. */
function merge(before: Usage, seen: z.infer<typeof usageSchema>): Usage {
  const oneHour = seen.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWrite1hTokens;
  const written = seen.cache_creation_input_tokens ?? before.cacheWrite5mTokens + before.cacheWrite1hTokens;
  return {
    inputTokens: seen.input_tokens ?? before.inputTokens,
    outputTokens: seen.output_tokens ?? before.outputTokens,
    cacheReadTokens: seen.cache_read_input_tokens ?? before.cacheReadTokens,
    cacheWrite5mTokens: Math.max(0, written - oneHour),
    cacheWrite1hTokens: oneHour,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
