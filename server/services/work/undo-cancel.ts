import { type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import type { Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { decideUndoCancel } from '../../domain/work/undo-cancel.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { moveWorkItem } from './move-work-item.ts';
import { queueWorkItem } from './queue-work-item.ts';

/**
 * Takes a cancel back: the item is in the state that it had, with its reason, its attempts, its caps and its place in the queue, and
 * what it wanted pushed or shown is wanted again. What ran waits for another worker, on the same branch.
 * @param input.cancelledAt endedAt of the cancelled item: a cancel of somebody else meanwhile is not this one
 * @throws AppError not_found; conflict with the state where that cancel does not hold any more, or is too long ago
 */
export async function undoCancel(ctx: Ctx, { id, cancelledAt }: { id: string; cancelledAt: string }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const actor = actorName(ctx.actor);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const state = workItemStateSchema.parse(item.state);
    const at = item.endedAt;
    const cancel = await lastMove(tx, { id, to: 'cancelled' });
    if (state !== 'cancelled' || at?.getTime() !== new Date(cancelledAt).getTime() || !cancel) {
      throw new AppError('conflict', `The cancel does not hold any more: it is ${state.replace('_', ' ')}.`, { state });
    }
    const from = workItemStateSchema.parse(cancel.from);
    const pausing = from === 'running' && item.pauseRequestedBy !== null;
    const decision = decideUndoCancel({ from, at, pausing }, now);
    if ('refused' in decision) throw new AppError('conflict', decision.refused, { state });
    const { to } = decision;
    const into = await lastMove(tx, { id, to, before: cancel.id });
    const set = {
      stateReason: to === 'queued' ? null : pausing ? `paused by ${item.pauseRequestedBy}` : (into?.why ?? null),
      endedAt: to === 'stuck' || to === 'failed' ? (into?.at ?? null) : null,
      ...(to === 'queued' && item.notBefore && item.notBefore > now ? { waitingReason: into?.why ?? null, waitingUntil: item.notBefore } : {}),
    };
    await moveWorkItem(tx, { id, from: ['cancelled'], to, actor, why: `${UNDONE_BY}${actor}`, fromWhere: ctx.fromWhere, now, set });
    await reviveOutbox(tx, { id, at, now });
    if (to !== 'queued') return;
    if (item.jobId !== null && (await ctx.queue.resume(tx, item.jobId))) await notify(tx, { kind: 'work' });
    else await queueWorkItem(tx, ctx.queue, { id, now });
  });
  return getWorkItem(ctx, { id });
}

/** How the audit log says so, before a name. */
export const UNDONE_BY = 'cancel undone by ';

/** The newest move into a state, of itself and not by an undo. */
async function lastMove(tx: Tx, { id, to, before }: { id: string; to: string; before?: number }) {
  const from = to === 'queued' ? { NOT: { why: { startsWith: UNDONE_BY } } } : { from: { not: 'cancelled' } };
  const where = { workItemId: id, action: 'state', to, ...from, ...(before === undefined ? {} : { id: { lt: before } }) };
  return tx.audit.findFirst({ where, orderBy: { id: 'desc' } });
}

/** What the cancel gave up is wanted again; but for the publication of the run that it ended, which the next run does anew. */
async function reviveOutbox(tx: Tx, { id, at, now }: { id: string; at: Date; now: Date }): Promise<void> {
  const ended = await tx.run.findMany({ where: { workItemId: id, reason: 'cancelled', endedAt: at }, select: { id: true } });
  await tx.outbox.updateMany({
    where: {
      ...{ workItemId: id, state: 'failed', lastError: 'cancelled', doneAt: at },
      OR: [{ runId: null }, { runId: { notIn: ended.map((run) => run.id) } }],
    },
    data: { state: 'pending', lastError: null, doneAt: null, nextAt: now },
  });
}
