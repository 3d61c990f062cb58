import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { restErrorSchema } from '../../server/contracts/rest.ts';
import { AppError, HTTP_STATUS } from '../../server/domain/app-error.ts';
import { authenticateApiToken } from '../../server/services/access/api-tokens.ts';
import type { Actor, Ctx } from '../../server/services/context.ts';
import { getServices, type WebServices } from '../server/context.ts';
import { readBody } from '../server/read-body.ts';
import { bringsOther, hasBodyOf, isCrossSite, whereFrom } from '../server/request-guard.ts';

interface Call {
  ctx: Ctx;
  request: Request;
  params: Record<string, string>;
  /** Asks again what the token may do; an answer that takes its time asks between. @throws AppError unauthorized */
  reauthenticate: () => Promise<Actor>;
}

type RouteContext = { params: Promise<Record<string, string> | undefined> };
export type Route = (request: Request, context: RouteContext) => Promise<Response>;

/**
 * A route of the REST API: authenticates the bearer token, calls the handler, and maps what it throws once for all routes.
 * @param services for tests; the process's own otherwise
 */
export function route(handle: (call: Call) => Promise<Response>, services: () => WebServices = getServices): Route {
  return async (request, context) => {
    try {
      const { db, queue, config, now, nearest } = services();
      // A program says nothing of a site; what a page of another site sends is refused before anything else.
      if (isCrossSite(request)) throw new AppError('forbidden', 'Requests of other sites are refused.');
      const reauthenticate = () => authenticateApiToken(db, bearer(request), { localMode: config.localMode, now: now() });
      const actor = await reauthenticate();
      // Next gives nothing where the path has no variable part.
      const params = (await context.params) ?? {};
      // Postgres takes no NUL: no id has one.
      if (Object.values(params).some((value) => value.includes('\0'))) throw new AppError('not_found', 'There is nothing with this id.');
      // Also where nobody reads it: a route that needs no body takes none of another kind.
      if (bringsOther(request, 'json')) throw notJson();
      const ctx = { actor, db, queue, config, now, ...(nearest && { nearest }), fromWhere: whereFrom(request) };
      return await handle({ ctx, request, params, reauthenticate });
    } catch (error) {
      return errorAnswer(error);
    }
  };
}

/** Answers with what the schema describes, and nothing else. */
export function answer<S extends z.ZodType>(schema: S, value: z.input<S>, status = 200): Response {
  return Response.json(schema.parse(value), { status, headers: { 'cache-control': 'no-store' } });
}

/** The JSON of a request. @throws AppError too_large, bad_request */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not valid JSON.', { cause });
  }
}

/** Like readJson, for bodies that may be left out. */
export async function readOptionalJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not valid JSON.', { cause });
  }
}

async function readText(request: Request): Promise<string> {
  const body = await readBody(request, 'rest');
  if (body.byteLength > 0 && !hasBodyOf(request, 'json')) throw notJson();
  return Buffer.from(body).toString('utf8');
}

/** A form or plain text is what a page of another site can send without asking. */
function notJson(): AppError {
  return new AppError('bad_request', 'The body must be JSON, and say so: Content-Type: application/json.');
}

function bearer(request: Request): string | null {
  const [scheme = '', token = ''] = (request.headers.get('authorization') ?? '').split(/\s+/, 2);
  return /^bearer$/i.test(scheme) && token !== '' ? token : null;
}

/** An unknown error's words never reach the caller: an id does, and the log has it. */
export function errorAnswer(error: unknown): Response {
  if (error instanceof AppError) {
    const { code, message, field, state } = error;
    return answer(restErrorSchema, { error: { code, message, ...(field ? { field } : {}), ...(state ? { state } : {}) } }, HTTP_STATUS[code]);
  }
  const id = randomUUID();
  console.error(`REST ${id}:`, error);
  return answer(restErrorSchema, { error: { code: 'internal', message: `Something went wrong here; the log has it under ${id}.`, id } }, 500);
}
