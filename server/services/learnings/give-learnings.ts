import type { LearningForWorker } from '../../contracts/worker-protocol.ts';
import { fitTokens } from '../../domain/learnings/learning-text.ts';
import { parseSpec } from '../../domain/specs/spec.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { searchRanked } from './find-learnings.ts';
import { type LearningRow, readLearnings } from './learning-view.ts';

/** What all learnings of one prompt may take. */
export const TOKENS_GIVEN = 2_000;
const MATCHES_MAX = 12;
const PINNED_MAX = 5;
/** Open tasks that the search is about: the next one counts most, and comes first. */
const TASKS_ASKED = 2;
const QUERY_MAX = 600;

/**
 * What a worker should know before its n-th iteration: pinned ones, then the best matches of its next open task, within the budget of
 * tokens; approved, of its repository or of all. What is given is recorded against the run.
 */
export async function giveLearnings(ctx: Ctx, { n }: { n: number }): Promise<LearningForWorker[]> {
  const { runId } = authoriseRun(ctx);
  const { workItem: item } = await ctx.db.run.findUniqueOrThrow({
    where: { id: runId },
    select: { workItem: { select: { repo: true, title: true, spec: true } } },
  });
  const open = parseSpec(item.spec).tasks.filter((task) => !task.done);
  const q = [...open.slice(0, TASKS_ASKED).map((task) => task.text), item.title].join('\n').slice(0, QUERY_MAX);
  const pinned = await readPinned(ctx, item.repo);
  const { hits } = await searchRanked(ctx, { q, scope: { forRun: item.repo } });
  const matches = hits.map(({ row }) => row).filter((row) => !pinned.some(({ id }) => id === row.id));
  const given = fitTokens([...pinned, ...matches.slice(0, MATCHES_MAX)], TOKENS_GIVEN);
  const uses = given.map(({ id }) => ({ learningId: id, runId, firstIteration: n, at: ctx.now() }));
  await ctx.db.learningUse.createMany({ data: uses, skipDuplicates: true });
  return given.map((row) => ({ kind: row.kind, text: row.text, source: sourceOf(row) }));
}

async function readPinned(ctx: Ctx, repo: string): Promise<LearningRow[]> {
  const where = { state: 'approved', pinned: true, OR: [{ repo }, { repo: null }] };
  const ids = (await ctx.db.learning.findMany({ where, orderBy: { changedAt: 'desc' }, take: PINNED_MAX, select: { id: true } })).map(({ id }) => id);
  const rows = await readLearnings(ctx.db, ids);
  return ids.flatMap((id) => rows.get(id) ?? []);
}

/** Where a learning comes from, as the worker reads it. */
export function sourceOf({ source, author, runId, repo }: Pick<LearningRow, 'source' | 'author' | 'runId' | 'repo'>): string {
  const whose = source === 'agent' ? `run ${runId ?? 'of an earlier day'}` : (author ?? 'a person');
  return repo === null ? `${whose}, for every repository` : whose;
}
