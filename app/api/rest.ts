import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { restErrorSchema, SPEC_MAX_BYTES } from '../../server/contracts/rest.ts';
import { AppError, HTTP_STATUS } from '../../server/domain/app-error.ts';
import { authenticateApiToken } from '../../server/services/access/api-tokens.ts';
import type { Ctx } from '../../server/services/context.ts';
import { getServices, type WebServices } from '../server/context.ts';
import { hasBodyOf, isCrossSite, whereFrom } from '../server/request-guard.ts';

/** A body may be a spec of 256 KB, every character of it escaped, and some fields. */
const BODY_MAX_BYTES = 6 * SPEC_MAX_BYTES + 64 * 1024;

interface Call {
  ctx: Ctx;
  request: Request;
  params: Record<string, string>;
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
      const actor = await authenticateApiToken(db, bearer(request), now());
      // Next gives nothing where the path has no variable part.
      const params = (await context.params) ?? {};
      // Postgres takes no NUL: no id has one.
      if (Object.values(params).some((value) => value.includes('\0'))) throw new AppError('not_found', 'There is nothing with this id.');
      return await handle({ ctx: { actor, db, queue, config, now, ...(nearest && { nearest }), fromWhere: whereFrom(request) }, request, params });
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
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body && !hasBodyOf(request, 'json')) {
    throw new AppError('bad_request', 'The body must be JSON, and say so: Content-Type: application/json.');
  }
  if (request.body) {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > BODY_MAX_BYTES) throw new AppError('too_large', `The body is over ${BODY_MAX_BYTES} bytes; a spec may have ${SPEC_MAX_BYTES} (256 KB).`);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
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
