import type { WorkItemView } from '../../../contracts/rest.ts';
import { AppError } from '../../../domain/app-error.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { toWorkItemView, withRuns } from './work-item-view.ts';

/** One work item with its runs. @throws AppError not_found */
export async function getWorkItem(ctx: Ctx, { id }: { id: string }): Promise<WorkItemView> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id }, include: withRuns });
  if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
  return toWorkItemView(item);
}
