import { runStateSchema, type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { whyNoPause } from '../../domain/work/item-acts.ts';
import { ALIVE_RUN_STATES } from '../../domain/work/states.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { moveWorkItem } from './move-work-item.ts';

/**
 * Pauses what waits at once; what runs is asked to yield: within seconds its agent ends, what it has is stored, and the item is paused.
 * @throws AppError not_found; conflict with the state where there is nothing to pause
 */
export async function pauseWorkItem(ctx: Ctx, { id }: { id: string }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const actor = actorName(ctx.actor);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id }, include: { runs: { orderBy: { createdAt: 'desc' }, take: 1 } } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const state = workItemStateSchema.parse(item.state);
    if (state === 'running' && item.pauseRequestedBy !== null) return;
    const run = item.runs[0];
    const refusal = whyNoPause({ state }, run ? { state: runStateSchema.parse(run.state), order: run.order } : null);
    if (refusal !== null) throw new AppError('conflict', refusal, { state });
    if (state === 'running') {
      const { count } = await tx.run.updateMany({
        where: { workItemId: id, epoch: item.epoch, state: { in: [...ALIVE_RUN_STATES] }, order: null },
        data: { order: 'yield', orderBy: actor },
      });
      if (count === 0) throw new AppError('conflict', 'It cannot be paused: its work is accepted and on its way out.', { state: 'running' });
      await tx.workItem.update({ where: { id }, data: { pauseRequestedBy: actor } });
      await appendEvents(tx, { workItemId: id, runId: null, events: [factoryEvent('order', `${actor} asked for a pause`, now)] });
      await recordAudit(tx, ctx, { action: 'pause', workItemId: id, why: `${actor} asked for a pause` });
      await notify(tx, { kind: 'moved', items: [id] });
      return;
    }
    const why = `paused by ${actor}`;
    if (!(await moveWorkItem(tx, { id, from: ['queued'], to: 'paused', actor, fromWhere: ctx.fromWhere, why, now, set: { stateReason: why, jobId: null } }))) {
      throw new AppError('conflict', 'It cannot be paused: it has just changed.', { state });
    }
    if (item.jobId) await ctx.queue.cancel(tx, item.jobId);
  });
  return getWorkItem(ctx, { id });
}
