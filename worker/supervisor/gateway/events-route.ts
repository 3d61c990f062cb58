import type { IncomingMessage, ServerResponse } from 'node:http';
import { EVENTS_BODY_MAX_BYTES, eventsRequestSchema } from '../../../server/contracts/worker-protocol.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { recordEvents } from '../../../server/services/events/record-events.ts';
import { parseBody, parseJson, readBody, refuse } from './answers.ts';
import { type GatewayDeps, runCtx } from './deps.ts';
import { identifyOnce, readToken } from './identify.ts';

const EVENTS_ADDRESS = /^\/worker\/([^/]+)\/events$/;

/** The run whose events are posted to this address; null for any other call. */
export function runOfEvents(request: IncomingMessage, pathname: string): string | null {
  return request.method === 'POST' ? (EVENTS_ADDRESS.exec(pathname)?.[1] ?? null) : null;
}

/**
 * Takes the events of workers. Each of them posts dozens of times a second: as a Request of fetch with its streams a post costs several
 * times as much as this does.
 */
export function eventsRoute(deps: GatewayDeps): (request: IncomingMessage, response: ServerResponse, runId: string) => Promise<void> {
  const whose = identifyOnce();
  return async (request, response, runId) => {
    try {
      const caller = await whose(deps, { token: readToken(request.headers), runId });
      const { events } = parseBody(eventsRequestSchema, parseJson((await readBody(request, EVENTS_BODY_MAX_BYTES)).toString('utf8')));
      if (caller.role !== 'worker') throw new AppError('forbidden', 'A verifier may not do this.');
      const body = JSON.stringify(await recordEvents(runCtx(deps, caller), { events }));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
    } catch (error) {
      await refuse(deps, response, error);
    }
  };
}
