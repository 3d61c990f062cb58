import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { AppError } from '../../../server/domain/app-error.ts';
import { refuse } from './answers.ts';
import type { GatewayDeps } from './deps.ts';
import { createEgressProxy } from './egress/egress-proxy.ts';
import { eventsRoute, runOfEvents } from './events-route.ts';
import { openGate } from './git/gate.ts';
import { parseGitAddress, serveGit } from './git/git-routes.ts';
import { identify, readToken } from './identify.ts';
import { serveModel } from './model/model-routes.ts';
import { workerRoutes } from './worker-routes.ts';

/** A worker that says nothing for this long in the middle of a request's head is cut off. */
const HEADERS_TIMEOUT_MS = 30_000;

export interface Gateway {
  port: number;
  close(): Promise<void>;
}

/**
 * Opens the one HTTP surface that workers can reach: worker protocol, git, model, egress proxy and /healthz.
 * @param opts.port 0 for any free one; `signal` closes it like close()
 */
export async function startGateway(deps: GatewayDeps, opts: { host: string; port: number; signal: AbortSignal }): Promise<Gateway> {
  const stop = new AbortController();
  const signal = AbortSignal.any([opts.signal, stop.signal]);
  const gate = await openGate(deps, signal);
  const egress = createEgressProxy(deps);
  const events = eventsRoute(deps);
  const protocol = getRequestListener(workerRoutes(deps).fetch, { overrideGlobalObjects: false });

  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 }, (request, response) => {
    const target = request.url ?? '/';
    if (/^https?:/i.test(target)) return egress.onAbsolute(request, response);
    const url = new URL(target.startsWith('/') ? `http://gateway${target}` : 'http://gateway/');
    if (url.pathname === '/healthz') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    if (url.pathname.startsWith('/model/')) return void serveModel(deps, { request, response, url, signal });
    if (url.pathname.startsWith('/git/')) return void serveGitCall(request, response, url);
    const runId = runOfEvents(request, url.pathname);
    void (runId === null ? protocol(request, response) : events(request, response, runId));
  });
  const serveGitCall = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    try {
      const asked = parseGitAddress(request.method ?? 'GET', url);
      if (asked === null) throw new AppError('not_found', 'The gateway has no such address.');
      const caller = await identify(deps, { token: readToken(request.headers), runId: asked.runId });
      await serveGit(deps, gate, { caller, call: asked.call, request, response, signal });
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthorized' && !response.headersSent) response.setHeader('www-authenticate', 'Basic realm="factory"');
      await refuse(deps, response, error);
    }
  };
  server.on('connect', (request, socket, head) => egress.onConnect(request, socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(opts.port, opts.host);
  await once(server, 'listening');
  const address = server.address();

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>((resolve) => {
      stop.abort();
      egress.close();
      gate.close();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  };
  opts.signal.addEventListener('abort', () => void close(), { once: true });
  if (opts.signal.aborted) await close();
  return { port: address !== null && typeof address === 'object' ? address.port : opts.port, close };
}
