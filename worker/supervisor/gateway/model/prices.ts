/** USD for a million tokens. Cache writes of 5 minutes cost 1.25 times the input, of an hour twice, cache reads a tenth (Anthropic's price list). */
interface Price {
  inputUsd: number;
  outputUsd: number;
}

const DEAREST: Price = { inputUsd: 15, outputUsd: 75 };

/** First match counts: the newer, cheaper versions of a family stand above the rest of it. */
const PRICES: ReadonlyArray<[pattern: RegExp, price: Price]> = [
  [/^claude-opus-4-[5-9]/, { inputUsd: 5, outputUsd: 25 }],
  [/^claude-(3-)?opus/, DEAREST],
  [/^claude-(3(-[57])?-)?sonnet/, { inputUsd: 3, outputUsd: 15 }],
  [/^claude-3-haiku/, { inputUsd: 0.25, outputUsd: 1.25 }],
  [/^claude-3-5-haiku/, { inputUsd: 0.8, outputUsd: 4 }],
  [/^claude-haiku/, { inputUsd: 1, outputUsd: 5 }],
  // A model of the family that is newer than this list is let through at the dearest price: a cap may be reached early, never late.
  [/^claude-/, DEAREST],
];

const PER_TOKEN = 1 / 1_000_000;
/** Fewest bytes of a request that one token stands for; dense text and code have more. */
const BYTES_PER_TOKEN = 3;

/** Tokens of one answer as Anthropic counts them: `inputTokens` leaves out what was read from or written to the cache. */
export interface Usage {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  outputTokens: number;
}

export const NO_USAGE: Usage = { inputTokens: 0, cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0, outputTokens: 0 };

/** Price of a model that may be used; null where the model is not listed. */
function priceOf(model: string): Price | null {
  return PRICES.find(([pattern]) => pattern.test(model))?.[1] ?? null;
}

export function isListedModel(model: string): boolean {
  return priceOf(model) !== null;
}

/** USD of an answer. Throws for a model that is not listed. */
export function costUsd(model: string, usage: Usage): number {
  const price = priceOf(model);
  if (price === null) throw new Error(`no price for ${model}`);
  const input = usage.inputTokens + usage.cacheReadTokens * 0.1 + usage.cacheWrite5mTokens * 1.25 + usage.cacheWrite1hTokens * 2;
  return (input * price.inputUsd + usage.outputTokens * price.outputUsd) * PER_TOKEN;
}

/** Tokens that a request's bytes can be at most. */
export function estimateInputTokens(bodyBytes: number): number {
  return Math.ceil(bodyBytes / BYTES_PER_TOKEN);
}

/** The most that a call can cost: all of its input written to the cache, all of max_tokens used. */
export function worstCaseUsd(model: string, opts: { bodyBytes: number; maxTokens: number }): number {
  return costUsd(model, { ...NO_USAGE, cacheWrite1hTokens: estimateInputTokens(opts.bodyBytes), outputTokens: opts.maxTokens });
}
