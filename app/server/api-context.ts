import type { ApiContext } from '../../server/api/trpc.ts';
import { createDb } from '../../server/db/client.ts';
import { LiveFeed } from '../../server/services/events/live-feed.ts';
import { getServices } from './context.ts';
import { whereFrom } from './request-guard.ts';
import { authenticationOf } from './session.ts';

/** Connections that only the logs are read by. */
const FEED_POOL = 2;

const store = globalThis as { factoryFeed?: LiveFeed; factoryStopped?: AbortController };

/** What the procedures work with, for the request with these headers: one of the API, or one of a page that reads what it shows first. */
export async function createApiContext(request: { headers: Headers }): Promise<ApiContext> {
  const { db, queue, config, now, nearest, databaseUrl } = getServices();
  const base = { db, queue, config, now, ...(nearest && { nearest }) };
  store.factoryFeed ??= new LiveFeed({ ...base, db: createDb(databaseUrl, FEED_POOL), actor: { kind: 'cli', name: 'web' } }, databaseUrl);
  const reauthenticate = authenticationOf(request);
  return { base: { ...base, fromWhere: whereFrom(request) }, actor: await reauthenticate(), feed: store.factoryFeed, reauthenticate, stopped: stopSignal() };
}

function stopSignal(): AbortSignal {
  if (!store.factoryStopped) {
    const stopped = new AbortController();
    store.factoryStopped = stopped;
    process.once('factory:stop' as 'exit', () => stopped.abort());
  }
  return store.factoryStopped.signal;
}
