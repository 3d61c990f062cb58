import { type z } from 'zod';
import { runStateSchema, type workersSchema, type WorkerView } from '../../contracts/rest.ts';
import type { Prisma } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import { ALIVE_RUN_STATES, isAlive } from '../../domain/work/states.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const RECENT_MAX = 50;
const LIVE_MAX = 500;
/** Figures that are older than this are not shown as if they were now. */
const VITALS_FRESH_MS = 30_000;
const withItem = { workItem: { select: { title: true, repo: true } } } satisfies Prisma.RunInclude;

/** Workers that live now, newest first; with `recent` also runs that publish, whose worker is gone, and those that ended last. */
export async function listWorkers(ctx: Ctx, { recent = false }: { recent?: boolean } = {}): Promise<z.infer<typeof workersSchema>> {
  authoriseView(ctx);
  const alive = { in: [...ALIVE_RUN_STATES] };
  const newest = { include: withItem, orderBy: { createdAt: 'desc' } } as const;
  const runs = await ctx.db.run.findMany({ where: { state: alive }, ...newest, take: LIVE_MAX });
  const publishing = recent ? await ctx.db.run.findMany({ where: { state: 'publishing' }, ...newest, take: LIVE_MAX }) : [];
  const ended = recent ? await ctx.db.run.findMany({ where: { state: 'ended' }, include: withItem, orderBy: { endedAt: 'desc' }, take: RECENT_MAX }) : [];
  return { workers: [...runs, ...publishing, ...ended].map((run) => toWorkerView(run, ctx.now())) };
}

/** One worker, live or ended. @throws AppError not_found */
export async function getWorker(ctx: Ctx, { id }: { id: string }): Promise<WorkerView> {
  authoriseView(ctx);
  const run = await ctx.db.run.findUnique({ where: { id }, include: withItem });
  if (!run) throw new AppError('not_found', `There is no worker ${id.slice(0, 64)}.`);
  return toWorkerView(run, ctx.now());
}

function toWorkerView(run: Prisma.RunGetPayload<{ include: typeof withItem }>, now: Date): WorkerView {
  const fresh = isAlive(run.state) && run.vitalsAt !== null && now.getTime() - run.vitalsAt.getTime() < VITALS_FRESH_MS;
  return {
    id: run.id,
    workItemId: run.workItemId,
    title: run.workItem.title,
    repo: run.workItem.repo,
    state: runStateSchema.parse(run.state),
    iteration: run.iterations,
    runtime: run.runtime,
    agent: run.agent,
    isolated: run.isolated,
    lastBeatAt: run.lastBeatAt?.toISOString() ?? null,
    startedAt: run.createdAt.toISOString(),
    costUsd: run.costUsd,
    tokens: run.inputTokens + run.outputTokens,
    supervisor: run.owner,
    cpuPercent: fresh ? run.cpuPercent : null,
    memoryBytes: fresh ? run.memoryBytes : null,
    endedAt: run.endedAt?.toISOString() ?? null,
    reason: run.reason,
  };
}
