import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '../../../../server/api/router.ts';
import { createApiContext } from '../../../server/api-context.ts';
import { gatherWrites } from '../../../server/gather-writes.ts';
import { refuseForeign } from '../../../server/request-guard.ts';

export const dynamic = 'force-dynamic';

async function handle(request: Request): Promise<Response> {
  const refusal = request.method === 'POST' ? refuseForeign(request, 'json') : null;
  if (refusal) return refusal;
  const answer = await fetchRequestHandler({ endpoint: '/api/trpc', req: request, router: appRouter, createContext: ({ req }) => createApiContext(req) });
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    answer.headers.set('cache-control', 'no-store');
    return answer;
  }
  // What stands between must neither keep a stream nor change it.
  answer.headers.set('cache-control', 'no-store, no-transform');
  answer.headers.set('x-accel-buffering', 'no');
  return answer.body ? new Response(answer.body.pipeThrough(gatherWrites()), answer) : answer;
}

export { handle as GET, handle as POST };
