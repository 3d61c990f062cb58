import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { isAlive } from '../../domain/work/states.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { endRun } from './end-run.ts';
import { moveWorkItem } from '../work/move-work-item.ts';

/**
 * Ends a worker; its item is stuck until a person decides. The supervisor stops the container within seconds.
 * @param id the worker's id, which is its run's
 * @throws AppError not_found; conflict where the worker has ended already
 */
export async function killWorker(ctx: Ctx, { id }: { id: string }): Promise<{ id: string; workItemId: string }> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const reason = `killed by ${actorName(ctx.actor)}`;
  return ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT w.id FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE r.id = ${id} FOR UPDATE OF w`;
    const run = await tx.run.findUnique({ where: { id }, include: { workItem: { select: { epoch: true } } } });
    if (!run) throw new AppError('not_found', `There is no worker ${id.slice(0, 64)}.`);
    if (!isAlive(run.state)) {
      throw new AppError('conflict', `The worker cannot be killed: its run is ${run.state}.`, { state: run.state });
    }
    if (run.epoch !== run.workItem.epoch) throw new AppError('conflict', 'Another worker has taken this work item over.', { state: run.state });
    const move = {
      id: run.workItemId,
      from: ['running'],
      to: 'stuck',
      actor: actorName(ctx.actor),
      why: reason,
      fromWhere: ctx.fromWhere,
      now,
      runId: id,
    } as const;
    const moved = await moveWorkItem(tx, { ...move, set: { stateReason: reason, lastError: reason, endedAt: now } });
    if (!moved) throw new AppError('conflict', 'The worker has ended already.', { state: 'ended' });
    await endRun(tx, { runId: id, reason: 'killed', detail: reason, now });
    await notify(tx, { kind: 'work' });
    return { id, workItemId: run.workItemId };
  });
}
