import { runStateSchema } from '../../contracts/rest.ts';
import type { ReconcileFacts, RunFacts } from '../../domain/runs/reconcile.ts';
import { UNBLOCKING_STATES } from '../../domain/work/states.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { publishRun } from '../publication/publish-run.ts';
import { queueWorkItem } from '../work/queue-work-item.ts';

/** Runs that are not ended, the runs of the named workers, and queued items whose job is gone. */
export async function readReconcileFacts(
  ctx: Ctx,
  input: { engineIds: readonly string[]; workerRunIds: readonly string[] },
): Promise<Pick<ReconcileFacts, 'runs' | 'itemsWithoutJob'>> {
  const me = authoriseSupervisor(ctx);
  const rows = await ctx.db.run.findMany({ where: { OR: [{ state: { not: 'ended' } }, { id: { in: [...input.workerRunIds] } }] } });
  const owners = await ctx.db.supervisor.findMany({ select: { id: true, beatAt: true } });
  const pending = await ctx.db.outbox.findMany({
    where: { state: 'pending', runId: { in: rows.map((row) => row.id) } },
    select: { runId: true },
  });
  const runs = rows.map((row): RunFacts => ({
    ...row,
    state: runStateSchema.parse(row.state),
    mine: row.owner === me && input.engineIds.includes(row.engineId),
    ownerBeatAt: owners.find((owner) => owner.id === row.owner)?.beatAt ?? null,
    outboxPending: pending.some((one) => one.runId === row.id),
  }));
  const queued = await ctx.db.workItem.findMany({
    where: { state: 'queued', OR: [{ jobId: { not: null } }, { blockedBy: { none: { blocker: { state: { notIn: [...UNBLOCKING_STATES] } } } } }] },
    select: { id: true, jobId: true },
  });
  const waiting = await ctx.queue.waiting(
    ctx.db,
    queued.flatMap((item) => item.jobId ?? []),
  );
  return { runs, itemsWithoutJob: queued.filter((item) => item.jobId === null || !waiting.has(item.jobId)).map((item) => item.id) };
}

/** Gives a queued item whose job is gone another one. */
export async function healQueuedItem(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authoriseSupervisor(ctx);
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id } });
    if (item?.state !== 'queued') return;
    if (item.jobId !== null && (await ctx.queue.waiting(tx, [item.jobId])).size > 0) return;
    await queueWorkItem(tx, ctx.queue, { id, now: ctx.now() });
  });
}

/** Writes down again what a publishing run waits for; rows that are there already stay as they are. */
export async function publishAgain(ctx: Ctx, { runId }: { runId: string }): Promise<void> {
  authoriseSupervisor(ctx);
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT w.id FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE r.id = ${runId} FOR UPDATE OF w`;
    const run = await tx.run.findUnique({ where: { id: runId }, include: { workItem: true } });
    if (run?.state !== 'publishing') return;
    await tx.outbox.updateMany({ where: { runId, state: { not: 'pending' } }, data: { state: 'pending', lockedUntil: null, attempts: 0, nextAt: ctx.now() } });
    await publishRun(ctx, tx, { runId, verified: run.workItem.verified === true ? true : null });
  });
}
