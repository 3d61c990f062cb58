import { getTRPCErrorFromUnknown, getTRPCErrorShape, isTrackedEnvelope } from '@trpc/server';
import superjson from 'superjson';
import { appRouter } from '../../server/api/router.ts';
import { type ApiContext, SSE } from '../../server/api/trpc.ts';

export const LIVE_LOG = 'work.events';

const encoder = new TextEncoder();
const CONNECTED = encoder.encode(`event: connected\ndata: ${JSON.stringify(SSE.client)}\n\n`);
const PING = encoder.encode('event: ping\ndata: \n\n');
const RETURN = encoder.encode('event: return\ndata: \n\n');
const HEADERS = {
  'content-type': 'text/event-stream',
  // What stands between must neither keep a stream nor change it.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** The bytes of a batch, made once for all who are sent the same one. */
const written = new WeakMap<object, Uint8Array>();

/**
 * The answer to a subscription of work.events, in the words that tRPC's client reads. The procedure is called as ever, with all it
 * decides; only the writing is our own: tRPC passes every message of every viewer through three streams, which is most of what a crowd
 * of viewers costs.
 */
export function streamLiveLog(request: Request, ctx: ApiContext): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([request.signal, left.signal]);
  const messages = open(request, ctx, signal);
  let ping: ReturnType<typeof setInterval> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(CONNECTED);
      // Who is behind with reading needs no sign of life, and is sent none: nothing piles up.
      ping = setInterval(() => (controller.desiredSize ?? 0) > 0 && controller.enqueue(PING), SSE.ping.intervalMs);
      signal.addEventListener('abort', () => clearInterval(ping), { once: true });
    },
    pull: async (controller) => {
      try {
        const step: IteratorResult<unknown, unknown> = await messages.next();
        if (signal.aborted) return;
        controller.enqueue(step.done ? RETURN : bytesOf(step.value));
        if (!step.done) return;
      } catch (error) {
        if (signal.aborted) return;
        controller.enqueue(errorBytes(error, ctx));
      }
      clearInterval(ping);
      controller.close();
    },
    cancel: async () => {
      clearInterval(ping);
      left.abort();
      await messages.return(undefined);
    },
  });
  return new Response(body, { headers: HEADERS });
}

async function* open(request: Request, ctx: ApiContext, signal: AbortSignal): AsyncGenerator<unknown> {
  const query = new URL(request.url).searchParams;
  const input = superjson.parse<{ id: string }>(query.get('input') ?? '{"json":{}}');
  const lastEventId = request.headers.get('last-event-id') ?? query.get('lastEventId') ?? undefined;
  const caller = appRouter.createCaller(ctx, { signal });
  yield* await caller.work.events({ ...input, ...(lastEventId === undefined ? {} : { lastEventId }) });
}

function bytesOf(message: unknown): Uint8Array {
  if (!isTrackedEnvelope(message)) throw new TypeError('a message of a log comes with its id');
  const [id, data] = message;
  const batch = data as object;
  const before = written.get(batch);
  if (before) return before;
  const bytes = encoder.encode(`data: ${superjson.stringify(batch)}\nid: ${id}\n\n`);
  written.set(batch, bytes);
  return bytes;
}

function errorBytes(cause: unknown, ctx: ApiContext): Uint8Array {
  const error = getTRPCErrorFromUnknown(cause);
  const shape = getTRPCErrorShape({ config: appRouter._def._config, error, type: 'subscription', path: LIVE_LOG, input: undefined, ctx });
  return encoder.encode(`event: serialized-error\ndata: ${superjson.stringify(shape)}\n\n`);
}
