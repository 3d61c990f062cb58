import { type FoundLearnings, findLearningsSchema, type HitReason } from '../../contracts/learnings.ts';
import { fuse, rank } from '../../domain/learnings/learning-rank.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { type LearningRow, readLearnings, type Scope, scopeSql, toLearning } from './learning-view.ts';
import { LIST_MAX, matchText } from './match-learnings.ts';

/** So many of the joined lists are weighed by how they served. */
const CANDIDATES_MAX = 60;

/** Learnings for a person: with `q` the best matches by words, letters and meaning, without it all of them, the newest first. */
export async function findLearnings(ctx: Ctx, input: unknown): Promise<FoundLearnings> {
  authoriseView(ctx);
  const { q, limit, offset, ...filters } = parseInput(findLearningsSchema, input);
  const filter = scopeSql(filters);
  const now = ctx.now();
  const [counted] = await ctx.db.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM learning WHERE ${filter}`;
  const total = counted?.total ?? 0;
  if (q.trim() === '') {
    const rows = await ctx.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM learning WHERE ${filter} ORDER BY pinned DESC, created_at DESC, id LIMIT ${limit} OFFSET ${offset}`;
    const found = await readLearnings(
      ctx.db,
      rows.map(({ id }) => id),
    );
    return { learnings: rows.flatMap(({ id }) => found.get(id) ?? []).map((row) => toLearning(row, { now, why: null })), total, searched: '' };
  }
  const { hits, searched } = await searchRanked(ctx, { q, scope: filters });
  return { learnings: hits.slice(offset, offset + limit).map(({ row, why }) => toLearning(row, { now, why })), total, searched };
}

export interface RankedHit {
  row: LearningRow;
  why: HitReason;
}

/**
 * The best matches by words, letters and meaning, joined by reciprocal rank and leaning on how they served; at most a few dozen. Where
 * the search by meaning is not to be had the others go on, and `searched` says so. Authorises nobody: its callers do.
 */
export async function searchRanked(ctx: Ctx, { q, scope }: { q: string; scope: Scope }): Promise<{ hits: RankedHit[]; searched: string }> {
  const filter = scopeSql(scope);
  const [text, meaning] = await Promise.all([
    matchText(ctx.db, { q, filter }),
    ctx.nearest?.({ q, scope, limit: LIST_MAX }) ?? { ids: [], searched: 'Searched by words.' },
  ]);
  const fused = fuse({ ...text, meaning: meaning.ids }).slice(0, CANDIDATES_MAX);
  const rows = await readLearnings(
    ctx.db,
    fused.map(({ id }) => id),
  );
  const ranked = rank(fused, { standingOf: (id) => rows.get(id), now: ctx.now() });
  return { hits: ranked.map(({ item, why, score }) => ({ row: item, why: { ...why, score } })), searched: meaning.searched };
}
