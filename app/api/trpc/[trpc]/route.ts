import { getTRPCErrorShape } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import superjson from 'superjson';
import { appRouter } from '../../../../server/api/router.ts';
import { type ApiContext, asTrpcError } from '../../../../server/api/trpc.ts';
import { AppError, HTTP_STATUS } from '../../../../server/domain/app-error.ts';
import { createApiContext } from '../../../server/api-context.ts';
import { readBody } from '../../../server/read-body.ts';
import { refuseForeign } from '../../../server/request-guard.ts';

export const dynamic = 'force-dynamic';

const ENDPOINT = '/api/trpc';

async function handle(request: Request): Promise<Response> {
  const refusal = request.method === 'POST' ? refuseForeign(request, 'json') : null;
  if (refusal) return refusal;
  const context = createApiContext(request);
  try {
    const req = request.method === 'POST' ? await bounded(request, context) : request;
    const answer = await fetchRequestHandler({ endpoint: ENDPOINT, req, router: appRouter, createContext: () => context });
    answer.headers.set('cache-control', 'no-store');
    return answer;
  } catch (error) {
    if (error instanceof AppError) return refused(error);
    throw error;
  }
}

/** The same request with no more of a body than one may have; of somebody who is not signed in nothing is read. @throws AppError too_large */
async function bounded(request: Request, context: Promise<ApiContext>): Promise<Request> {
  const { url, method, headers, signal } = request;
  // Where it cannot be asked who that is, tRPC says so, in the words of any other fault.
  const isSomebody = await context.then(({ actor }) => actor !== null).catch(() => false);
  return new Request(url, { method, headers, signal, body: isSomebody ? await readBody(request, 'procedure') : null });
}

/** A refusal in the words of tRPC, which the screens show as any other; it stands for every call of a batch. */
function refused(cause: AppError): Response {
  const about = { error: asTrpcError(cause), type: 'mutation', path: undefined, input: undefined, ctx: undefined } as const;
  const shape = getTRPCErrorShape({ config: appRouter._def._config, ...about });
  return Response.json({ error: superjson.serialize(shape) }, { status: HTTP_STATUS[cause.code], headers: { 'cache-control': 'no-store' } });
}

export { handle as GET, handle as POST };
