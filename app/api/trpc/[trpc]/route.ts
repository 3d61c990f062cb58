import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../../../../server/api/router.ts';
import type { ApiContext } from '../../../../server/api/trpc.ts';
import { LiveFeed } from '../../../../server/services/events/live-feed.ts';
import { getServices } from '../../../server/context.ts';
import { currentActor, currentReauthentication, isSameOrigin } from '../../../server/session.ts';

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

async function createContext(): Promise<ApiContext> {
  const { db, queue, config, now, databaseUrl } = getServices();
  const base = { db, queue, config, now };
  store.factoryFeed ??= new LiveFeed({ ...base, actor: { kind: 'cli', name: 'web' } }, databaseUrl);
  return { base, actor: await currentActor(), feed: store.factoryFeed, reauthenticate: await currentReauthentication(), stopped: stopSignal() };
}

async function handle(request: Request): Promise<Response> {
  if (request.method === 'POST' && !isSameOrigin(request))
    return Response.json({ error: { message: 'Requests of other sites are refused.' } }, { status: 403 });
  const answer = await fetchRequestHandler({ endpoint: '/api/trpc', req: request, router: appRouter, createContext });
  answer.headers.set('cache-control', 'no-store, no-transform');
  answer.headers.set('x-accel-buffering', 'no');
  return answer;
}

export { handle as GET, handle as POST };
