import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import {
  completeRequestSchema,
  EVENTS_BODY_MAX_BYTES,
  failRequestSchema,
  heartbeatRequestSchema,
  iterationRequestSchema,
  lockRequestSchema,
  stuckRequestSchema,
  unlockRequestSchema,
} from '../../../server/contracts/worker-protocol.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { completeRun } from '../../../server/services/protocol/complete-run.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { failRun } from '../../../server/services/runs/fail-run.ts';
import { grantIteration } from '../../../server/services/protocol/grant-iteration.ts';
import { heartbeat } from '../../../server/services/protocol/heartbeat.ts';
import { giveLearnings } from '../../../server/services/learnings/give-learnings.ts';
import { lockPaths } from '../../../server/services/protocol/lock-paths.ts';
import { registerWorker } from '../../../server/services/protocol/register-worker.ts';
import { searchLearnings } from '../../../server/services/protocol/search-learnings.ts';
import { stuckRun } from '../../../server/services/protocol/stuck-run.ts';
import { unlockPaths } from '../../../server/services/protocol/unlock-paths.ts';
import { errorResponse, fail, parseBody, parseJson } from './answers.ts';
import { type Caller, type GatewayDeps, runCtx } from './deps.ts';
import { identify, readToken } from './identify.ts';
import { addMcpRoutes } from './mcp/mcp-routes.ts';

const OK = { ok: true as const };

/** The worker protocol, but for events (events-route.ts), and the agent's tools: each route authenticates the run's token, parses the body and calls one service. */
export function workerRoutes(deps: GatewayDeps): Hono {
  const app = new Hono();
  addMcpRoutes(app, deps); // before the limit, for it has one of its own
  app.use(bodyLimit({ maxSize: EVENTS_BODY_MAX_BYTES, onError: () => fail(new AppError('too_large', `A body may have ${EVENTS_BODY_MAX_BYTES} bytes.`)) }));
  app.notFound(() => fail(new AppError('not_found', 'The gateway has no such address.')));
  app.onError((error) => errorResponse(deps, error));

  const call = <S extends z.ZodType>(path: string, schema: S, service: (ctx: Ctx, input: z.output<S>, caller: Caller) => Promise<unknown>) =>
    app.post(path, async (c) => {
      const caller = await identify(deps, { token: tokenOf(c), runId: c.req.param('id') ?? null });
      const input = parseBody(schema, parseJson(await c.req.text()));
      return c.json((await service(runCtx(deps, caller), input, caller)) ?? OK);
    });
  const forWorkers = <I>(service: (ctx: Ctx, input: I) => Promise<unknown>) => {
    return (ctx: Ctx, input: I, caller: Caller) => {
      if (caller.role !== 'worker') throw new AppError('forbidden', 'A verifier may not do this.');
      return service(ctx, input);
    };
  };

  call('/worker/register', z.unknown(), (ctx) => registerWorker(ctx));
  call('/worker/:id/heartbeat', heartbeatRequestSchema, forWorkers(heartbeat));
  call(
    '/worker/:id/iteration',
    iterationRequestSchema,
    forWorkers(async (ctx, input) => {
      const answer = await grantIteration(ctx, input);
      return answer.granted ? { ...answer, learnings: await learningsFor(ctx, answer) } : answer;
    }),
  );
  call('/worker/:id/lock', lockRequestSchema, forWorkers(lockPaths));
  call(
    '/worker/:id/unlock',
    unlockRequestSchema,
    forWorkers(async (ctx, input) => void (await unlockPaths(ctx, input))),
  );
  call('/worker/:id/complete', completeRequestSchema, forWorkers(completeRun));
  call(
    '/worker/:id/fail',
    failRequestSchema,
    forWorkers(async (ctx, input) => void (await failRun(ctx, input))),
  );
  call(
    '/worker/:id/stuck',
    stuckRequestSchema,
    forWorkers(async (ctx, input) => void (await stuckRun(ctx, input))),
  );
  /** A search that fails costs an iteration its learnings, and nothing else. */
  const learningsFor = (ctx: Ctx, { n }: { n: number }) =>
    giveLearnings(ctx, { n }).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'learnings could not be given');
      return [];
    });
  app.get('/worker/:id/learnings', async (c) => {
    const caller = await identify(deps, { token: tokenOf(c), runId: c.req.param('id') });
    return c.json(await searchLearnings(runCtx(deps, caller), { q: c.req.query('q') ?? '' }));
  });
  return app;
}

function tokenOf(c: Context): string | null {
  return readToken({ authorization: c.req.header('authorization') });
}
