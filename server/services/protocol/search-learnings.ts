import type { LearningForWorker } from '../../contracts/worker-protocol.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { searchRanked } from '../learnings/find-learnings.ts';
import { sourceOf } from '../learnings/give-learnings.ts';
import { LEARNING_QUERY_MAX } from '../../contracts/vocabulary.ts';

const MOST = 20;

/** Approved learnings of the run's repository and of all, that match `q` best; none without it. */
export async function searchLearnings(ctx: Ctx, { q }: { q: string }): Promise<{ learnings: LearningForWorker[] }> {
  const { runId } = authoriseRun(ctx);
  const run = await ctx.db.run.findUniqueOrThrow({ where: { id: runId }, select: { workItem: { select: { repo: true } } } });
  const { hits } = await searchRanked(ctx, { q: q.replaceAll('\0', ' ').slice(0, LEARNING_QUERY_MAX), scope: { forRun: run.workItem.repo } });
  return { learnings: hits.slice(0, MOST).map(({ row }) => ({ kind: row.kind, text: row.text, source: sourceOf(row) })) };
}
