import { z } from 'zod';
import { idSchema } from '../contracts/ids.ts';
import { metricsQuerySchema } from '../contracts/metrics.ts';
import { getMetrics } from '../services/metrics/get-metrics.ts';
import { getQueue } from '../services/status/get-queue.ts';
import { getStatus } from '../services/status/get-status.ts';
import { killWorker } from '../services/runs/kill-worker.ts';
import { getWorker, listWorkers } from '../services/runs/list-workers.ts';
import { firstRunRouter } from './first-run.ts';
import { repositoriesRouter } from './repositories.ts';
import { settingsRouter } from './settings.ts';
import { auditRouter, me, membersRouter, tokensRouter } from './access.ts';
import { connectionsRouter } from './connections.ts';
import { healthRouter } from './health.ts';
import { learningsRouter } from './learnings.ts';
import { procedure, router } from './trpc.ts';
import { workRouter } from './work.ts';

/** Everything that the browser can ask. */
export const appRouter = router({
  me,
  members: membersRouter,
  tokens: tokensRouter,
  audit: auditRouter,
  work: workRouter,
  settings: settingsRouter,
  health: healthRouter,
  connections: connectionsRouter,
  repositories: repositoriesRouter,
  firstRun: firstRunRouter,
  learnings: learningsRouter,
  status: procedure.query(({ ctx }) => getStatus(ctx.services)),
  metrics: procedure.input(metricsQuerySchema).query(({ ctx, input }) => getMetrics(ctx.services, input)),
  queue: procedure.query(({ ctx }) => getQueue(ctx.services)),
  workers: procedure
    .input(z.object({ recent: z.boolean().default(false) }).default({ recent: false }))
    .query(({ ctx, input }) => listWorkers(ctx.services, input)),
  worker: procedure.input(z.object({ id: idSchema })).query(({ ctx, input }) => getWorker(ctx.services, input)),
  killWorker: procedure.input(z.object({ id: idSchema })).mutation(({ ctx, input }) => killWorker(ctx.services, input)),
});
export type AppRouter = typeof appRouter;
