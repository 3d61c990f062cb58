import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getTRPCErrorFromUnknown, getTRPCErrorShape, isTrackedEnvelope, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { appRouter } from '../../server/api/router.ts';
import { type ApiContext, SSE } from '../../server/api/trpc.ts';
import { createApiContext } from './api-context.ts';

const PATH = 'work.events';
/** Where the web process hands a request to serveLiveLog, before Next. */
export const LIVE_LOG_ADDRESS = `/api/trpc/${PATH}`;

const encoder = new TextEncoder();
const CONNECTED = encoder.encode(`event: connected\ndata: ${JSON.stringify(SSE.client)}\n\n`);
const PING = encoder.encode('event: ping\ndata: \n\n');
const RETURN = encoder.encode('event: return\ndata: \n\n');
const HEADERS = {
  'content-type': 'text/event-stream',
  'x-content-type-options': 'nosniff',
  // What stands between must neither keep a stream nor change it.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // It ends with its connection: a message in chunks is three writes.
  connection: 'close',
};

/** The bytes of a batch, made once for all who are sent the same one. */
const written = new WeakMap<object, Uint8Array>();

/**
 * Answers a subscription of work.events in the words that tRPC's client reads; tRPC's own handler does too, where this one is not
 * asked. The procedure is called as ever, with all it decides; only the writing is our own: on the way through tRPC and Next each message
 * of each viewer passes six streams, which is most of what a crowd of viewers costs.
 */
export async function serveLiveLog(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let ctx: ApiContext;
  try {
    ctx = await createApiContext({ headers: headersOf(request) });
  } catch (error) {
    console.error('live log:', error);
    response.writeHead(503).end();
    return;
  }
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, HEADERS).write(CONNECTED);
  // Who is behind with reading needs no sign of life, and is sent none: nothing piles up.
  const ping = setInterval(() => response.writableNeedDrain || response.write(PING), SSE.ping.intervalMs);
  try {
    for await (const message of await subscribe(request, ctx, gone.signal)) {
      if (!response.write(bytesOf(message))) await once(response, 'drain', { signal: gone.signal });
    }
    response.end(RETURN);
  } catch (error) {
    if (!gone.signal.aborted) response.end(errorBytes(error, ctx));
  } finally {
    clearInterval(ping);
  }
}

function subscribe(request: IncomingMessage, ctx: ApiContext, signal: AbortSignal): Promise<AsyncIterable<unknown>> {
  const query = new URL(request.url ?? '/', 'http://web').searchParams;
  const lastEventId = headerOf(request, 'last-event-id') ?? query.get('lastEventId');
  const input = inputOf(query.get('input'));
  return appRouter.createCaller(ctx, { signal }).work.events({ ...input, ...(lastEventId === null ? {} : { lastEventId }) });
}

/** What the procedure is asked for; it says itself what of it is wrong. */
function inputOf(text: string | null): { id: string } {
  try {
    return superjson.parse(text ?? '{"json":{}}');
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}

function bytesOf(message: unknown): Uint8Array {
  if (!isTrackedEnvelope(message)) throw new TypeError('a message of a log comes with its id');
  const [id, data] = message;
  const batch = data as object;
  const before = written.get(batch);
  if (before) return before;
  // As superjson writes what came from JSON: it adds nothing to it, and takes ten times as long.
  const bytes = encoder.encode(`data: {"json":${JSON.stringify(batch)}}\nid: ${id}\n\n`);
  written.set(batch, bytes);
  return bytes;
}

function errorBytes(cause: unknown, ctx: ApiContext): Uint8Array {
  const error = getTRPCErrorFromUnknown(cause);
  const shape = getTRPCErrorShape({ config: appRouter._def._config, error, type: 'subscription', path: PATH, input: undefined, ctx });
  return encoder.encode(`event: serialized-error\ndata: ${superjson.stringify(shape)}\n\n`);
}
