import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../../domain/app-error.ts';
import { redact } from '../../../domain/redaction.ts';

/** 64 vectors of 4,096 numbers are 6 MB of JSON. */
const ANSWER_MAX_BYTES = 64_000_000;
const FIRST_PAUSE_MS = 500;
/** A service that wants to be left alone for longer is asked again by whoever needs it then. */
const LONGEST_PAUSE_MS = 20_000;

const answerSchema = z.object({ data: z.array(z.object({ index: z.number().int().min(0).optional(), embedding: z.array(z.number()).min(2).max(16_384) })) });
const errorSchema = z.object({ error: z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]) });

export interface Endpoint {
  /** Address of the service; `/embeddings` is added. */
  baseUrl: string;
  model: string;
  apiKey: string | null;
}

/** How much patience a question is worth. */
export interface Patience {
  attempts: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** One try that failed: whether it is worth another, and when. */
interface Failed {
  error: AppError;
  again: boolean;
  afterMs?: number;
}

/**
 * Asks an OpenAI-compatible service for the vectors of some texts: `POST <base>/embeddings`, as
 * https://platform.openai.com/docs/api-reference/embeddings says it.
 * @returns one vector a text, in order, all of one width
 * @throws AppError with one sentence, never with the key in it; the signal's reason once it is aborted
 */
export async function askEndpoint(endpoint: Endpoint, texts: readonly string[], patience: Patience): Promise<Float32Array[]> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await askOnce(endpoint, texts, patience);
    patience.signal.throwIfAborted();
    if (Array.isArray(outcome)) return outcome;
    if (!outcome.again || attempt >= patience.attempts) throw outcome.error;
    const pauseMs = Math.min(outcome.afterMs ?? FIRST_PAUSE_MS * 4 ** (attempt - 1), LONGEST_PAUSE_MS);
    await sleep(pauseMs, undefined, { signal: patience.signal }).catch(() => patience.signal.throwIfAborted());
  }
}

/** The service as people know it: its host, and its port where it has one. */
export function hostOf({ baseUrl }: Endpoint): string {
  return new URL(baseUrl).host;
}

async function askOnce(endpoint: Endpoint, texts: readonly string[], { timeoutMs, signal }: Patience): Promise<Float32Array[] | Failed> {
  const { baseUrl, model, apiKey } = endpoint;
  const host = hostOf(endpoint);
  const timeout = AbortSignal.timeout(timeoutMs);
  const refused = (sentence: string, again: boolean, afterMs?: number): Failed => ({
    ...{ error: new AppError(again ? 'unavailable' : 'not_ready', `The embedding endpoint ${host} ${sentence}.`), again },
    ...(afterMs !== undefined && { afterMs }),
  });
  try {
    const answer = await fetch(`${baseUrl.replace(/\/+$/, '')}/embeddings`, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
      headers: { 'content-type': 'application/json', ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
    });
    const body = await readBody(answer);
    if (body === null) return refused('answered more than is taken', false);
    const { status } = answer;
    if (answer.ok) return readVectors(parseJson(body), texts.length) ?? refused('gave an answer that holds no vector for each text', false);
    if (status >= 300 && status < 400) return refused('sends to another address: name that one in EMBEDDING_BASE_URL', false);
    const said = saying(body, apiKey);
    if (status === 401 || status === 403) return refused(`refused EMBEDDING_API_KEY (${status})`, false);
    const again = status === 429 || status === 408 || status >= 500;
    return refused(`answered ${status}${said ? `: ${said}` : ''}`, again, retryAfterMs(answer.headers.get('retry-after')));
  } catch (error) {
    if (timeout.aborted) return refused(`did not answer within ${timeoutMs / 1000} s`, true);
    // The cause is left out: what fetch says of a bad header holds the header.
    const code = codeOf(error);
    return refused(`cannot be reached${code ? ` (${code})` : ''}`, true);
  }
}

async function readBody(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.body ?? []) {
    const piece = chunk as Uint8Array;
    sizeBytes += piece.length;
    if (sizeBytes > ANSWER_MAX_BYTES) return null;
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Null where the answer is of another form, lacks a text's vector, or has vectors of different widths. */
function readVectors(json: unknown, count: number): Float32Array[] | null {
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success || parsed.data.data.length !== count) return null;
  const vectors: Float32Array[] = [];
  parsed.data.data.forEach(({ index, embedding }, at) => (vectors[index ?? at] = Float32Array.from(embedding)));
  const width = vectors[0]?.length;
  return vectors.length === count && Array.from(vectors).every((vector) => vector?.length === width) ? vectors : null;
}

/** What the service says went wrong, short and without what looks like a credential. */
function saying(body: string, apiKey: string | null): string {
  const parsed = errorSchema.safeParse(parseJson(body));
  if (!parsed.success) return '';
  const text = apiKey === null ? parsed.data.error : parsed.data.error.replaceAll(apiKey, '[redacted]');
  return redact(text)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
    .replace(/[.…]+$/, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // another form than the schema's
  }
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function codeOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^[A-Z_]+$/.test(cause.code) ? cause.code : null;
}
