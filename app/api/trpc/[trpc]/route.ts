import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../../../../server/api/router.ts';
import type { ApiContext } from '../../../../server/api/trpc.ts';
import { LiveFeed } from '../../../../server/services/events/live-feed.ts';
import { gatherWrites } from '../../../server/gather-writes.ts';
import { getServices } from '../../../server/context.ts';
import { refuseForeign, whereFrom } from '../../../server/request-guard.ts';
import { authenticationOf } from '../../../server/session.ts';

export const dynamic = 'force-dynamic';

const store = globalThis as { factoryFeed?: LiveFeed; factoryStopped?: AbortController };

function stopSignal(): AbortSignal {
  if (!store.factoryStopped) {
    const stopped = new AbortController();
    store.factoryStopped = stopped;
    process.once('factory:stop' as 'exit', () => stopped.abort());
  }
  return store.factoryStopped.signal;
}

async function createContext({ req }: { req: Request }): Promise<ApiContext> {
  const { db, queue, config, now, nearest, databaseUrl } = getServices();
  const base = { db, queue, config, now, ...(nearest && { nearest }) };
  store.factoryFeed ??= new LiveFeed({ ...base, actor: { kind: 'cli', name: 'web' } }, databaseUrl);
  const reauthenticate = authenticationOf(req);
  return { base: { ...base, fromWhere: whereFrom(req) }, actor: await reauthenticate(), feed: store.factoryFeed, reauthenticate, stopped: stopSignal() };
}

async function handle(request: Request): Promise<Response> {
  const refusal = request.method === 'POST' ? refuseForeign(request, 'json') : null;
  if (refusal) return refusal;
  const answer = await fetchRequestHandler({ endpoint: '/api/trpc', req: request, router: appRouter, createContext });
  answer.headers.set('cache-control', 'no-store, no-transform');
  answer.headers.set('x-accel-buffering', 'no');
  const stream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  return stream && answer.body ? new Response(answer.body.pipeThrough(gatherWrites()), answer) : answer;
}

export { handle as GET, handle as POST };
