import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import type { LearningDetail } from '../../contracts/learnings.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { readLearnings, toLearning } from './learning-view.ts';

const RUNS_MAX = 50;

/** One learning with what it said before, and the runs that were given it, the latest first. */
export async function getLearning(ctx: Ctx, input: unknown): Promise<LearningDetail> {
  authoriseView(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const row = (await readLearnings(ctx.db, [id])).get(id);
  if (!row) throw new AppError('not_found', 'This learning is not there any more.');
  const revisions = await ctx.db.learningRevision.findMany({ where: { learningId: id }, orderBy: { at: 'desc' }, take: RUNS_MAX });
  const uses = await ctx.db.learningUse.findMany({
    where: { learningId: id },
    orderBy: { at: 'desc' },
    take: RUNS_MAX,
    include: { run: { select: { reason: true, workItem: { select: { id: true, title: true, state: true } } } } },
  });
  return {
    learning: toLearning(row, { now: ctx.now(), why: null }),
    revisions: revisions.map(({ kind, text, by, at }) => ({ kind, text, by, at: at.toISOString() })),
    uses: uses.map(({ runId, at, run }) => ({
      runId,
      at: at.toISOString(),
      reason: run.reason,
      workItemId: run.workItem.id,
      title: run.workItem.title,
      state: run.workItem.state,
    })),
  };
}
