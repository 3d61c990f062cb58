import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../../../../server/api/router.ts';
import { createApiContext } from '../../../server/api-context.ts';
import { LIVE_LOG, streamLiveLog } from '../../../server/live-log-stream.ts';
import { refuseForeign } from '../../../server/request-guard.ts';

export const dynamic = 'force-dynamic';

const ENDPOINT = '/api/trpc';

async function handle(request: Request): Promise<Response> {
  const refusal = request.method === 'POST' ? refuseForeign(request, 'json') : null;
  if (refusal) return refusal;
  if (request.method === 'GET' && new URL(request.url).pathname === `${ENDPOINT}/${LIVE_LOG}`) return streamLiveLog(request, await createApiContext(request));
  const answer = await fetchRequestHandler({ endpoint: ENDPOINT, req: request, router: appRouter, createContext: ({ req }) => createApiContext(req) });
  answer.headers.set('cache-control', 'no-store');
  return answer;
}

export { handle as GET, handle as POST };
