import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** The seq of the last line that an item's log has now; 0 where it has none. @throws AppError not_found */
export async function getLogEnd(ctx: Ctx, { workItemId }: { workItemId: string }): Promise<number> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id: workItemId }, select: { eventSeq: true } });
  if (!item) throw new AppError('not_found', `There is no work item ${workItemId.slice(0, 64)}.`);
  return item.eventSeq;
}
