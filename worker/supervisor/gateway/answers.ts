import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { AppError, HTTP_STATUS } from '../../../server/domain/app-error.ts';
import { type GatewayDeps, PROTOCOL_CODE } from './deps.ts';

/** The body of a request. @throws AppError too_large; what the connection throws that is cut */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cut = () => request.readableEnded || reject(new Error('the connection was cut'));
    if (request.destroyed) return void cut(); // while its caller was looked up: nobody would tell any more
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        // The rest is not kept, and not waited for.
        request.removeAllListeners('data').resume();
        reject(new AppError('too_large', `A body may have ${maxBytes} bytes.`));
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', cut);
  });
}

/** A text as JSON; an empty one says nothing. @throws AppError bad_request */
export function parseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not JSON.', { cause });
  }
}

/** A body as a call takes it. @throws AppError bad_request, which names the field */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new AppError('bad_request', `${field === '' ? 'The body' : field}: ${issue?.message ?? 'wrong'}`, { field });
}

export function fail(error: AppError): Response {
  return Response.json({ error: { code: PROTOCOL_CODE[error.code], message: error.message } }, { status: HTTP_STATUS[error.code] });
}

/** The one place where a service's error becomes an answer of the protocol. An unknown one is told by an id that the log has. */
export function errorResponse(deps: GatewayDeps, error: unknown): Response {
  if (error instanceof AppError) return fail(error);
  const id = randomUUID();
  deps.log.error({ err: error, id }, 'a call to the gateway failed');
  return Response.json({ error: { code: 'unavailable', message: `Something went wrong here; the log has it under ${id}.` } }, { status: 500 });
}

/** Says why a call is refused, and ends its connection, for something may be unread; cuts what has been answered in part. Who is gone is told nothing. */
export async function refuse(deps: GatewayDeps, response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent || response.socket?.destroyed !== false) return void response.destroy();
  const refusal = errorResponse(deps, error);
  response.writeHead(refusal.status, { 'content-type': 'application/json', connection: 'close' }).end(await refusal.text());
}
