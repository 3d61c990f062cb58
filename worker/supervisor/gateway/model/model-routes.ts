import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, HTTP_STATUS } from '../../../../server/domain/app-error.ts';
import { pauseAdmission } from '../../../../server/services/runs/pause-admission.ts';
import { recordFactoryEvents } from '../../../../server/services/events/record-factory-events.ts';
import { reserveModelCall } from '../../../../server/services/protocol/reserve-model-call.ts';
import { settleModelCall } from '../../../../server/services/protocol/settle-model-call.ts';
import { readBody } from '../answers.ts';
import { type Caller, factoryEvent, type GatewayDeps, runCtx } from '../deps.ts';
import { identify, readToken } from '../identify.ts';
import { checkRequest } from './check-request.ts';
import { costUsd, estimateInputTokens, NO_USAGE, type Usage, worstCaseUsd } from './prices.ts';
import { pauseFor } from './rate-limit.ts';
import { createUsageReader } from './read-usage.ts';

/** The API takes 32 MB at most. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;
const CALL_TIMEOUT_MS = 15 * 60_000;
const OAUTH_BETA = 'oauth-2025-04-20';
const PASSED_DOWN = /^(content-type|request-id|retry-after|x-should-retry|anthropic-ratelimit-.*|anthropic-organization-id)$/;
const ROUTES: Record<string, 'messages' | 'count_tokens'> = { '/model/v1/messages': 'messages', '/model/v1/messages/count_tokens': 'count_tokens' };

/** Answers every call below /model/: the two that are let through, and refusals in the API's own shape. */
export async function serveModel(
  deps: GatewayDeps,
  opts: { request: IncomingMessage; response: ServerResponse; url: URL; signal: AbortSignal },
): Promise<void> {
  const { request, response, url } = opts;
  try {
    const caller = await identify(deps, { token: readToken(request.headers), runId: null });
    if (caller.role !== 'worker') throw new AppError('forbidden', 'A verifier has no model.');
    const route = request.method === 'POST' ? ROUTES[url.pathname] : undefined;
    if (route === undefined) throw new AppError('not_found', `This factory does not let ${request.method ?? ''} ${url.pathname} through.`);
    await forward(deps, caller, { ...opts, route });
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    if (!(error instanceof AppError)) deps.log.error({ err: error }, 'a model call failed');
    const known = error instanceof AppError ? error : new AppError('unavailable', 'The factory could not forward this call.');
    apiError(response, HTTP_STATUS[known.code], known.message);
  }
}

/** An error in the shape that the API's clients read. */
function apiError(response: ServerResponse, status: number, message: string): void {
  const types: Record<number, string> = { 400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error' };
  const type = types[status] ?? (status === 413 ? 'request_too_large' : 'api_error');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ type: 'error', error: { type, message } }));
}

interface Forwarded {
  request: IncomingMessage;
  response: ServerResponse;
  route: 'messages' | 'count_tokens';
  signal: AbortSignal;
}

async function forward(deps: GatewayDeps, caller: Caller, call: Forwarded): Promise<void> {
  const body = await readBody(call.request, BODY_MAX_BYTES);
  const checked = checkRequest(body.toString('utf8'));
  if (checked.kind === 'refused') {
    await tell(deps, caller, checked.message);
    throw new AppError('bad_request', checked.message);
  }
  if (deps.model.apiKey === null && deps.model.oauthToken === null) throw new AppError('unavailable', 'This factory has no model credential.');
  if (call.route === 'count_tokens') return relay(deps, call, { body, onAnswer: () => undefined, onChunk: () => undefined });

  const reservedUsd = worstCaseUsd(checked.model, { bodyBytes: body.length, maxTokens: checked.maxTokens });
  const ctx = runCtx(deps, caller);
  const reserved = await reserveModelCall(ctx, { runId: caller.runId, model: checked.model, reservedUsd }).catch(async (error: unknown) => {
    if (!(error instanceof AppError) || error.code === 'unauthorized' || error.code === 'conflict') throw error;
    await tell(deps, caller, error.message);
    throw new AppError('forbidden', error.message);
  });
  const reader = createUsageReader({ stream: checked.stream });
  let status: number | null = null;
  try {
    await relay(deps, call, {
      body,
      onAnswer: (answer) => {
        status = answer.status;
        void heed(deps, answer);
      },
      onChunk: (chunk) => reader.push(chunk),
    });
  } finally {
    const usage = reader.known() ?? unknownUsage({ status, bodyBytes: body.length, aborted: call.response.destroyed });
    await settleModelCall(ctx, {
      id: reserved.id,
      status: status ?? 0,
      inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
      outputTokens: usage.outputTokens,
      costUsd: costUsd(checked.model, usage),
    });
  }
}

/** A call that was cut off before any count: its input is taken as read. A refused or never answered one cost nothing. */
function unknownUsage(call: { status: number | null; bodyBytes: number; aborted: boolean }): Usage {
  const read = call.status === null ? call.aborted : call.status < 300;
  return read ? { ...NO_USAGE, inputTokens: estimateInputTokens(call.bodyBytes) } : NO_USAGE;
}

/** Sends the body on with the real credential and gives the answer back as it comes. */
async function relay(
  deps: GatewayDeps,
  call: Forwarded,
  opts: { body: Buffer; onAnswer: (answer: Response) => void; onChunk: (chunk: Uint8Array) => void },
): Promise<void> {
  const { response } = call;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once('close', onClose);
  try {
    const base = deps.model.baseUrl.replace(/\/+$/, '');
    const path = call.route === 'messages' ? '/v1/messages' : '/v1/messages/count_tokens';
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: upstreamHeaders(deps, call.request),
      body: new Uint8Array(opts.body),
      redirect: 'error',
      signal: AbortSignal.any([gone.signal, call.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    }).catch((cause: unknown) => {
      throw new AppError('unavailable', 'The model could not be reached.', { cause });
    });
    opts.onAnswer(answer);
    response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => PASSED_DOWN.test(name))));
    response.flushHeaders();
    for await (const chunk of answer.body ?? []) {
      opts.onChunk(chunk);
      if (!response.write(chunk)) await once(response, 'drain', { signal: AbortSignal.any([gone.signal, call.signal]) });
    }
    response.end();
  } finally {
    response.off('close', onClose);
    gone.abort();
  }
}

function upstreamHeaders(deps: GatewayDeps, request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'accept-encoding': 'identity' };
  for (const name of ['accept', 'anthropic-version', 'anthropic-beta', 'user-agent', 'x-app']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  if (deps.model.apiKey !== null) return { ...headers, 'x-api-key': deps.model.apiKey };
  const betas = new Set((headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim()));
  betas.add(OAUTH_BETA).delete('');
  return { ...headers, authorization: `Bearer ${deps.model.oauthToken ?? ''}`, 'anthropic-beta': [...betas].join(',') };
}

/** A spent usage limit or a refused credential is nobody's attempt: it holds back the next workers, with the reason. */
async function heed(deps: GatewayDeps, answer: Response): Promise<void> {
  const pause = pauseFor({ status: answer.status, headers: answer.headers, now: deps.base.now() });
  if (pause === null) return;
  const ctx = { ...deps.base, actor: { kind: 'supervisor' as const, id: deps.supervisorId } };
  await pauseAdmission(ctx, { supervisorId: deps.supervisorId, ...pause }).catch((error: unknown) => {
    deps.log.error({ err: error }, 'admission could not be paused');
  });
}

async function tell(deps: GatewayDeps, caller: Caller, message: string): Promise<void> {
  const event = factoryEvent(deps, 'model.refused', `A model call was refused: ${message}`);
  await recordFactoryEvents(deps.base.db, { workItemId: caller.workItemId, runId: caller.runId, events: [event] });
}
