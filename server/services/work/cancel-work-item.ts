import { type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { CANCELLABLE_STATES } from '../../domain/work/states.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { endRun } from '../runs/end-run.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { moveWorkItem } from './move-work-item.ts';

/**
 * Cancels what waits or runs. The run ends here and now: its token is dead, and the supervisor stops the worker within seconds.
 * The cancelled job, a wait and an asked pause stay known, for undoCancel.
 * @throws AppError not_found; conflict with the state where there is nothing to cancel
 */
export async function cancelWorkItem(ctx: Ctx, { id }: { id: string }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const actor = actorName(ctx.actor);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id }, select: { state: true, jobId: true, pauseRequestedBy: true } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const set = { stateReason: `cancelled by ${actor}`, endedAt: now, pauseRequestedBy: item.pauseRequestedBy };
    const move = { id, from: CANCELLABLE_STATES, to: 'cancelled', actor, why: `cancelled by ${actor}`, fromWhere: ctx.fromWhere } as const;
    const moved = await moveWorkItem(tx, { ...move, now, set });
    if (!moved) {
      const state = workItemStateSchema.parse((await tx.workItem.findUniqueOrThrow({ where: { id } })).state);
      throw new AppError('conflict', `It cannot be cancelled: it is ${state}.`, { state });
    }
    if (item.jobId) await ctx.queue.cancel(tx, item.jobId);
    for (const run of await tx.run.findMany({ where: { workItemId: id, state: { not: 'ended' } }, select: { id: true } })) {
      await endRun(tx, { runId: run.id, reason: 'cancelled', detail: `cancelled by ${actor}`, now });
    }
    await tx.outbox.updateMany({ where: { workItemId: id, state: 'pending' }, data: { state: 'failed', lastError: 'cancelled', doneAt: now } });
    await notify(tx, { kind: 'work' });
  });
  return getWorkItem(ctx, { id });
}
