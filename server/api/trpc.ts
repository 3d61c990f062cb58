import { randomUUID } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { AppError, type AppErrorCode } from '../domain/app-error.ts';
import type { Actor, Ctx } from '../services/context.ts';
import type { LiveFeed } from '../services/events/live-feed.ts';

/** What a request of the browser comes with. */
export interface ApiContext {
  base: Omit<Ctx, 'actor'>;
  /** Null: nobody is signed in. */
  actor: Actor | null;
  feed: LiveFeed;
  /** Asks again who is signed in; null where nobody is any more. */
  reauthenticate: () => Promise<Actor | null>;
  /** Aborts when the process ends. */
  stopped: AbortSignal;
}

const CODES: Record<AppErrorCode, ConstructorParameters<typeof TRPCError>[0]['code']> = {
  bad_request: 'BAD_REQUEST',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  too_large: 'PAYLOAD_TOO_LARGE',
  not_ready: 'UNPROCESSABLE_CONTENT',
  unavailable: 'SERVICE_UNAVAILABLE',
};

/** A stream says so often that it lives, and a browser that hears nothing for so long asks anew. */
export const SSE = { ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } };

const t = initTRPC.context<ApiContext>().create({
  transformer: superjson,
  sse: SSE,
  errorFormatter: ({ shape, error }) => {
    const field = error.cause instanceof AppError ? error.cause.field : undefined;
    const state = error.cause instanceof AppError ? error.cause.state : undefined;
    // Only words that were written for people leave the house; the stack never does.
    return { ...shape, message: messageOf(error), data: { code: shape.data.code, httpStatus: shape.data.httpStatus, field, state } };
  },
});

function messageOf(error: TRPCError): string {
  if (error.cause instanceof AppError) return error.cause.message;
  if (error.code === 'UNAUTHORIZED') return 'You are not signed in.';
  if (error.code === 'BAD_REQUEST') return 'The request is not understood; reload the page.';
  const id = randomUUID().slice(0, 8);
  console.error(`tRPC ${id}:`, error);
  return `Something went wrong (id ${id}); the log has it.`;
}

export const router = t.router;

/** Every procedure of the factory: somebody is signed in, and errors of the services keep their words. */
export const procedure = t.procedure.use(async ({ ctx, next }) => {
  if (!ctx.actor) throw new TRPCError({ code: 'UNAUTHORIZED' });
  const services: Ctx = { ...ctx.base, actor: ctx.actor };
  const result = await next({ ctx: { ...ctx, services } });
  if (!result.ok && result.error.cause instanceof AppError) throw asTrpcError(result.error.cause);
  return result;
});

export function asTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: CODES[error.code], message: error.message, cause: error });
}
