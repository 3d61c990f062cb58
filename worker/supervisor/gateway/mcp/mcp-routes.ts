import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Hono } from 'hono';
import { AppError } from '../../../../server/domain/app-error.ts';
import type { Caller, GatewayDeps } from '../deps.ts';
import { identify, readToken } from '../identify.ts';
import { createMcpServer } from './mcp-server.ts';

/** Longest body of a call: far more than the longest learning. */
const BODY_MAX_BYTES = 64 * 1024;

/**
 * Adds /mcp: the Model Context Protocol over streamable HTTP, stateless, with JSON answers. There is nothing to listen to, so
 * that only POST is served. The run's token says whose learnings they are.
 */
export function addMcpRoutes(app: Hono, deps: GatewayDeps): void {
  app.all('/mcp', async (c) => {
    const caller = await identify(deps, { token: readToken({ authorization: c.req.header('authorization') }), runId: null });
    if (caller.role !== 'worker') throw new AppError('forbidden', 'A verifier may not do this.');
    if (c.req.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    return serve(deps, caller, c.req.raw);
  });
}

/** One server and one transport a request: nothing is kept between two of them, and a caller that is gone leaves nothing open. */
async function serve(deps: GatewayDeps, caller: Caller, request: Request): Promise<Response> {
  const server = createMcpServer(deps, caller);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true, maxRequestBodySize: BODY_MAX_BYTES });
  let onGone: (() => void) | undefined;
  const gone = new Promise<Response>((resolve) => {
    onGone = () => resolve(new Response(null, { status: 499 }));
    request.signal.addEventListener('abort', onGone, { once: true });
    if (request.signal.aborted) onGone();
  });
  try {
    await server.connect(transport);
    return await Promise.race([transport.handleRequest(request), gone]);
  } finally {
    if (onGone) request.signal.removeEventListener('abort', onGone);
    await server.close();
  }
}
