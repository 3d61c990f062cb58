const CREDENTIAL_PAUSE_MS = 5 * 60_000;
/** A limit that says "rejected" without saying until when. */
const UNKNOWN_RESET_MS = 15 * 60_000;
/** Larger than any time in seconds that is near, smaller than any in milliseconds. */
const SECONDS_END = 100_000_000_000;

/**
 * Whether an answer of the model's side means that no further worker should start, why, and until when.
 * `anthropic-ratelimit-unified-*` come with a subscription; a plain 429 of an API key passes in seconds and pauses nothing.
 */
export function pauseFor(answer: { status: number; headers: Headers; now: Date }): { reason: string; until: Date } | null {
  const after = (ms: number) => new Date(answer.now.getTime() + ms);
  if (answer.status === 401) return { reason: 'The model credential was refused (401).', until: after(CREDENTIAL_PAUSE_MS) };
  if (answer.status !== 429 || answer.headers.get('anthropic-ratelimit-unified-status') !== 'rejected') return null;
  const reset = Number(answer.headers.get('anthropic-ratelimit-unified-reset') ?? Number.NaN);
  const until = Number.isFinite(reset) && reset > 0 ? new Date(reset < SECONDS_END ? reset * 1000 : reset) : after(UNKNOWN_RESET_MS);
  return { reason: 'The usage limit of the model subscription is reached.', until: until > answer.now ? until : after(UNKNOWN_RESET_MS) };
}
