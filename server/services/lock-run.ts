import { Prisma, type Tx } from '../db/client.ts';
import { AppError } from '../domain/app-error.ts';
import { authoriseRun } from './authorise.ts';
import type { Ctx } from './context.ts';

export type LockedRun = Prisma.RunGetPayload<{ include: { workItem: true } }>;

/** Locks the item's row, then reads the run with it. Every write to a run takes this lock first, so nothing changes under the caller. */
export async function lockRunById(tx: Tx, runId: string): Promise<LockedRun | null> {
  await tx.$queryRaw`SELECT id FROM work_item WHERE id = (SELECT work_item_id FROM run WHERE id = ${runId}) FOR UPDATE`;
  return tx.run.findUnique({ where: { id: runId }, include: { workItem: true } });
}

/**
 * The fence: the calling run, live and of the item's epoch, with the item's row locked until the transaction ends.
 * @throws AppError unauthorized (the run has ended), conflict (the epoch was raised: another run has the item)
 */
export async function lockCallingRun(tx: Tx, ctx: Ctx): Promise<LockedRun> {
  const actor = authoriseRun(ctx);
  const run = await lockRunById(tx, actor.runId);
  if (!run || run.state === 'ended') throw new AppError('unauthorized', 'This run has ended.', { state: 'ended' });
  if (run.epoch !== run.workItem.epoch || actor.epoch !== run.epoch) throw new AppError('conflict', 'Another run has this work item now.');
  return run;
}
