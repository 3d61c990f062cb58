import { type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { moveWorkItem } from './move-work-item.ts';
import { queueWorkItem } from './queue-work-item.ts';

/**
 * Queues a paused item again, on the same branch; its attempts and caps go on counting. A pause that is only asked for is taken back;
 * where the worker has heard of it already, the item is queued again when the run has ended.
 * @throws AppError not_found; conflict with the state where nothing is paused
 */
export async function resumeWorkItem(ctx: Ctx, { id }: { id: string }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const actor = actorName(ctx.actor);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    if (item.state === 'running' && item.pauseRequestedBy !== null) {
      await tx.workItem.update({ where: { id }, data: { pauseRequestedBy: null } });
      await tx.run.updateMany({ where: { workItemId: id, state: { not: 'ended' }, order: 'yield' }, data: { order: null, orderBy: null } });
      await recordAudit(tx, ctx, { action: 'resume', workItemId: id, why: `${actor} took the pause back` });
      await notify(tx, { kind: 'moved', items: [id] });
      return;
    }
    const why = `resumed by ${actor}`;
    if (
      !(await moveWorkItem(tx, { id, from: ['paused'], to: 'queued', actor, fromWhere: ctx.fromWhere, why, now, set: { stateReason: null, notBefore: null } }))
    ) {
      const state = workItemStateSchema.parse(item.state);
      throw new AppError('conflict', `It cannot be resumed: it is ${state}.`, { state });
    }
    await queueWorkItem(tx, ctx.queue, { id, now });
  });
  return getWorkItem(ctx, { id });
}
