import { AppError } from '../../../domain/app-error.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

/** As many as a screen draws. */
const ITERATIONS_MAX = 1_000;

/** One fresh-context call of the agent. */
export interface IterationView {
  runId: string;
  n: number;
  startedAt: string;
  /** null: it runs still, or its worker ended in the midst of it. */
  finishedAt: string | null;
  /** How it ended, in the loop's word. */
  outcome: string | null;
  costUsd: number;
}

/** The iterations of all runs of a work item, oldest first; of very many the newest. @throws AppError not_found */
export async function listIterations(ctx: Ctx, { id }: { id: string }): Promise<IterationView[]> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id }, select: { id: true } });
  if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
  const rows = await ctx.db.iteration.findMany({ where: { run: { workItemId: id } }, orderBy: [{ grantedAt: 'desc' }, { n: 'desc' }], take: ITERATIONS_MAX });
  return rows.reverse().map(({ runId, n, grantedAt, finishedAt, outcome, costUsd }) => ({
    ...{ runId, n, outcome, costUsd },
    ...{ startedAt: grantedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null },
  }));
}
