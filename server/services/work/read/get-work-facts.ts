import { type WorkItemState, workItemStateSchema } from '../../../contracts/rest.ts';
import { AppError } from '../../../domain/app-error.ts';
import { UNBLOCKING_STATES } from '../../../domain/work/states.ts';
import { explainWorkSettings } from '../../../domain/settings/work-settings.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

type WorkFacts = ReturnType<typeof explainWorkSettings> & {
  /** What has to be done first; `open`: it holds the item back still. */
  blockers: { id: string; title: string; state: WorkItemState; open: boolean }[];
};

/** What holds for a work item and whose word it is, and what it waits for. @throws AppError not_found */
export async function getWorkFacts(ctx: Ctx, { id }: { id: string }): Promise<WorkFacts> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id }, include: { blockedBy: { include: { blocker: true } } } });
  if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
  const repository = await ctx.db.repositorySettings.findUnique({ where: { name: item.repo } });
  const blockers = item.blockedBy.map(({ blocker }) => ({
    ...{ id: blocker.id, title: blocker.title, state: workItemStateSchema.parse(blocker.state) },
    open: !UNBLOCKING_STATES.some((state) => state === blocker.state),
  }));
  return { ...explainWorkSettings(item, repository, ctx.config), blockers };
}
