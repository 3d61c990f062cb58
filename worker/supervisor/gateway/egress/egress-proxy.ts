import { lookup } from 'node:dns/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest, type ServerResponse, STATUS_CODES } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, HTTP_STATUS } from '../../../../server/domain/app-error.ts';
import { recordFactoryEvents } from '../../../../server/services/events/record-factory-events.ts';
import { readRepositoryEgress } from '../../../../server/services/settings/repositories/read-repository-egress.ts';
import { type Caller, factoryEvent, type GatewayDeps, runCtx } from '../deps.ts';
import { identify, readToken } from '../identify.ts';
import { isSpecialAddress } from './addresses.ts';
import { decideEgress, type EgressDecision, parseEgressEntry, plainHost } from './allowlist.ts';
import { keepTunnels } from './tunnels.ts';

const CONNECT_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 5 * 60_000;
/** Refusals that people were told of already; a worker that tries again and again is told once a host. */
const TOLD_MAX = 5_000;
const HOP_BY_HOP = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
const BAD_TARGET = new AppError('bad_request', 'The proxy takes host:port, or an address that begins with http://.');

export interface EgressProxy {
  onConnect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  onAbsolute(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

/** A forward proxy with the run's token as password, an allowlist, and a look at what each name resolves to. */
export function createEgressProxy(deps: GatewayDeps): EgressProxy {
  const tunnels = keepTunnels(deps);
  const told = new Set<string>();

  /** `allowable`: the list lacks it, and a person may add it. */
  const tellOnce = async (caller: Caller, target: Target, reason: string, allowable: boolean) => {
    const key = `${caller.runId} ${target.host}:${target.port}`;
    if (told.has(key)) return;
    if (told.size >= TOLD_MAX) told.clear();
    told.add(key);
    const event = factoryEvent(deps, 'egress.refused', reason, { host: target.host, port: target.port, allowable });
    await recordFactoryEvents(deps.base.db, { workItemId: caller.workItemId, runId: caller.runId, events: [event] });
  };

  /** The caller, and the address that was checked: that one is connected to, so that a second answer of the name's server changes nothing. */
  const admit = async (headers: IncomingHttpHeaders, target: Target | null) => {
    const token = readToken({ authorization: headers['proxy-authorization'] });
    const caller = await identify(deps, { token, runId: null });
    if (target === null) throw BAD_TARGET;
    const decision = await decideFor(deps, caller, target);
    if (decision.kind === 'refuse') {
      await tellOnce(caller, target, decision.reason, true);
      throw new AppError('forbidden', decision.reason);
    }
    const found = await lookup(target.host, { all: true }).catch((cause: unknown) => {
      throw new AppError('unavailable', `${target.host} has no address.`, { cause });
    });
    const address = found.find((candidate) => decision.privateToo || !isSpecialAddress(candidate.address))?.address;
    if (address === undefined) {
      const reason = `${target.host}:${target.port} is a private or special address, which workers may not reach.`;
      await tellOnce(caller, target, reason, false);
      throw new AppError('forbidden', reason);
    }
    return { caller, token: token ?? '', address };
  };

  const tunnel = async (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    try {
      const target = parseTarget(request.url ?? '');
      const { caller, token, address } = await admit(request.headers, target);
      tunnels.add(caller, token, client);
      const upstream = await open(address, target?.port ?? 0);
      client.once('close', () => upstream.destroy());
      if (client.destroyed) return void upstream.destroy();
      upstream.setTimeout(IDLE_TIMEOUT_MS, () => upstream.destroy());
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      await Promise.allSettled([pipeline(client, upstream), pipeline(upstream, client)]);
      client.destroy();
      upstream.destroy();
    } catch (error) {
      const refusal = asRefusal(deps, error);
      const challenge = refusal.status === 407 ? 'Proxy-Authenticate: Basic realm="factory"\r\n' : '';
      const body = `${refusal.message}\n`;
      client.end(
        `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${challenge}Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    }
  };

  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const url = new URL(request.url ?? '');
      const target = { host: plainHost(url.hostname), port: Number(url.port) || 80 };
      const { caller, token, address } = await admit(request.headers, target);
      tunnels.add(caller, token, request.socket);
      const upstream = httpRequest({
        host: address,
        port: target.port,
        method: request.method,
        path: url.pathname + url.search,
        headers: { ...endToEnd(request.headers), host: url.host },
        timeout: IDLE_TIMEOUT_MS,
        agent: false,
      });
      upstream.once('timeout', () => upstream.destroy());
      response.once('close', () => upstream.destroy());
      const answered = new Promise<IncomingMessage>((resolve, reject) => upstream.once('response', resolve).once('error', reject));
      request.pipe(upstream);
      const answer = await answered.catch((cause: unknown) => {
        throw new AppError('unavailable', `${target.host}:${target.port} could not be reached.`, { cause });
      });
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      await pipeline(answer, response);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const refusal = asRefusal(deps, error);
      if (refusal.status === 407) response.setHeader('Proxy-Authenticate', 'Basic realm="factory"');
      response.writeHead(refusal.status, { 'content-type': 'text/plain' }).end(`${refusal.message}\n`);
    }
  };

  return {
    onConnect: (request, socket, head) => void tunnel(request, socket, head),
    onAbsolute: (request, response) => void passOn(request, response),
    close: () => tunnels.close(),
  };
}

/** What holds for everyone, then what the settings of the run's repository add. */
async function decideFor(deps: GatewayDeps, caller: Caller, target: Target): Promise<EgressDecision> {
  const decision = decideEgress(deps.egress, target);
  if (decision.kind === 'allow') return decision;
  const own = (await readRepositoryEgress(runCtx(deps, caller))).flatMap((entry) => parseEgressEntry(entry) ?? []);
  return decideEgress(own, target);
}

interface Target {
  host: string;
  port: number;
}

function parseTarget(authority: string): Target | null {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/i.exec(authority);
  const port = Number(match?.[2]);
  return match?.[1] !== undefined && port >= 1 && port <= 65_535 ? { host: plainHost(match[1]), port } : null;
}

function open(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIMEOUT_MS });
    const fail = (cause?: unknown) => {
      socket.destroy();
      reject(new AppError('unavailable', 'The host could not be reached.', { cause }));
    };
    socket.once('timeout', fail).once('error', fail);
    socket.once('connect', () => {
      socket.off('timeout', fail).off('error', fail);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.test(name)));
}

/** A proxy says 407 for a missing or dead token, and 502 for a host that does not answer. */
function asRefusal(deps: GatewayDeps, error: unknown): { status: number; message: string } {
  if (!(error instanceof AppError)) {
    deps.log.error({ err: error }, 'a proxied call failed');
    return { status: 502, message: 'The proxy failed.' };
  }
  if (error.code === 'unauthorized') return { status: 407, message: error.message };
  return { status: error.code === 'unavailable' ? 502 : HTTP_STATUS[error.code], message: error.message };
}
