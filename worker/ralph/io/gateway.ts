import type { WorkerEvent } from '../../../server/contracts/run-events.ts';
import {
  completeResponseSchema,
  eventsResponseSchema,
  heartbeatResponseSchema,
  iterationResponseSchema,
  lockResponseSchema,
  okResponseSchema,
  protocolErrorSchema,
  registerResponseSchema,
} from '../../../server/contracts/worker-protocol.ts';
import type { PostResult } from './emitter.ts';
import { postJson } from './post-json.ts';
import { backoffMs, sleep } from './sleep.ts';

/** The factory says that this run is over (401), not ours (403), or fenced (409): the worker ends itself. */
export class RunEnded extends Error {}
/** The factory refuses this one call, and says why; trying again changes nothing. */
export class GatewayRefused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}
/** Nobody answered before the signal fired. */
export class GatewaySilent extends Error {}

const CALL_TIMEOUT_MS = 30_000;

/** What an answer must look like; one of the contracts. */
interface Schema<T> {
  parse: (value: unknown) => T;
}

interface GatewayOptions {
  url: string;
  runId: string;
  token: string;
  /** Told once of each call that has to be made again. */
  onOutage?: (message: string) => void;
  /** Told at each vain attempt for how long nobody answered; time in which the machine sleeps does not count. */
  onSilence?: (silentMs: number) => void;
}

/** The worker protocol's client. Every call retries, with backoff and without end, until answered or the signal fires. */
export class Gateway {
  private answeredAt = performance.now();

  constructor(private readonly opts: GatewayOptions) {}

  /** One attempt; throws RunEnded, GatewayRefused, or any other error where it is worth a retry. */
  private async once<T>(path: string, body: unknown, schema: Schema<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await this.attempt(path, body, schema, signal);
      this.answeredAt = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof RunEnded || error instanceof GatewayRefused) this.answeredAt = performance.now();
      else if (!signal.aborted) this.opts.onSilence?.(performance.now() - this.answeredAt);
      throw error;
    }
  }

  private async attempt<T>(path: string, body: unknown, schema: Schema<T>, signal: AbortSignal): Promise<T> {
    const { status, text } = await postJson(`${this.opts.url}${path}`, { token: this.opts.token, body, signal, timeoutMs: CALL_TIMEOUT_MS });
    if (status >= 200 && status < 300) return schema.parse(JSON.parse(text));
    const message = refusal(text) ?? `the gateway answered ${status}`;
    if (status === 401 || status === 403 || status === 409) throw new RunEnded(message);
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new GatewayRefused(message, status);
    throw new Error(message);
  }

  private async call<T>(path: string, body: unknown, schema: Schema<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.once(path, body, schema, signal);
      } catch (error) {
        if (error instanceof RunEnded || error instanceof GatewayRefused) throw error;
        if (failures === 0) this.opts.onOutage?.(describe(error));
        if (signal.aborted) throw new GatewaySilent(`no answer from the gateway: ${describe(error)}`, { cause: error });
        await sleep(backoffMs(failures, 200, 5_000), signal);
      }
    }
  }

  private path(verb: string): string {
    return `/worker/${encodeURIComponent(this.opts.runId)}/${verb}`;
  }

  register(signal: AbortSignal) {
    return this.call('/worker/register', {}, registerResponseSchema, signal);
  }
  /** A single attempt: the caller beats again anyway. */
  heartbeat(body: { iteration: number; ackVerifyRound: number }, signal: AbortSignal) {
    return this.once(this.path('heartbeat'), body, heartbeatResponseSchema, signal);
  }
  iteration(n: number, signal: AbortSignal) {
    return this.call(this.path('iteration'), { n }, iterationResponseSchema, signal);
  }
  lock(paths: string[], signal: AbortSignal) {
    return this.call(this.path('lock'), { paths }, lockResponseSchema, signal);
  }
  complete(commit: string, signal: AbortSignal) {
    return this.call(this.path('complete'), { commit }, completeResponseSchema, signal);
  }
  fail(body: { kind: 'error' | 'yielded' | 'stopped'; message: string; notBefore?: string }, signal: AbortSignal) {
    return this.call(this.path('fail'), { ...body, message: body.message.slice(0, 4000) }, okResponseSchema, signal);
  }
  stuck(body: { reason: string; message: string }, signal: AbortSignal) {
    return this.call(this.path('stuck'), { reason: body.reason.slice(0, 200), message: body.message.slice(0, 16_384) }, okResponseSchema, signal);
  }
  /** A single attempt; the emitter tries again. */
  async events(events: WorkerEvent[], signal: AbortSignal): Promise<PostResult> {
    try {
      const { lastWorkerSeq } = await this.once(this.path('events'), { events }, eventsResponseSchema, signal);
      return { kind: 'stored', lastWorkerSeq };
    } catch (error) {
      if (error instanceof RunEnded) return { kind: 'ended' };
      return error instanceof GatewayRefused ? { kind: 'bad' } : { kind: 'later' };
    }
  }
}

function refusal(text: string): string | null {
  try {
    return protocolErrorSchema.parse(JSON.parse(text)).error.message;
  } catch {
    return null;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
