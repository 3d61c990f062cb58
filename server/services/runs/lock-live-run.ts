import type { Tx } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { authoriseRun } from '../authorise.ts';

type Item = NonNullable<Awaited<ReturnType<Tx['workItem']['findUnique']>>>;
type Run = NonNullable<Awaited<ReturnType<Tx['run']['findUnique']>>>;

export const ENDED_MESSAGE = 'This run has ended.';
export const FENCED_MESSAGE = 'Another run has taken this work item over.';

/**
 * The fence of every write on behalf of a run: holds the item's row, then the run's, until the transaction ends.
 * @throws AppError unauthorized where the run has ended, conflict where the item's epoch was raised
 */
export async function lockLiveRun(ctx: Ctx, tx: Tx): Promise<{ item: Item; run: Run }> {
  const { runId, epoch } = authoriseRun(ctx);
  await tx.$queryRaw`SELECT w.id FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE r.id = ${runId} FOR UPDATE OF w`;
  await tx.$queryRaw`SELECT id FROM run WHERE id = ${runId} FOR UPDATE`;
  const run = await tx.run.findUnique({ where: { id: runId }, include: { workItem: true } });
  if (!run || run.state === 'ended') throw new AppError('unauthorized', ENDED_MESSAGE);
  if (run.epoch !== epoch || run.workItem.epoch !== epoch) throw new AppError('conflict', FENCED_MESSAGE);
  const { workItem, ...rest } = run;
  return { item: workItem, run: rest };
}
