import type { HitReason, LearningOutcome } from '../../contracts/learnings.ts';

/** Damps the first places of each list. Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet (SIGIR 2009). */
export const RRF_K = 60;

export interface Lists {
  /** Ids, the best first. */
  words: readonly string[];
  letters: readonly string[];
  meaning: readonly string[];
}

export interface Fused {
  id: string;
  score: number;
  why: Omit<HitReason, 'score'>;
}

/** Joins the lists by reciprocal rank; the best first, equal ones by id. */
export function fuse(lists: Lists): Fused[] {
  const found = new Map<string, Fused>();
  for (const name of ['words', 'letters', 'meaning'] as const) {
    lists[name].forEach((id, index) => {
      const hit = found.get(id) ?? { id, score: 0, why: { words: null, letters: null, meaning: null } };
      hit.score += 1 / (RRF_K + index + 1);
      hit.why[name] = index + 1;
      found.set(id, hit);
    });
  }
  return [...found.values()].sort(byScore);
}

const DAY_MS = 86_400_000;
/** What nobody noted and no run was given for so long is stale. */
export const STALE_DAYS = 90;

/** What ranking leans on beside the match. */
export interface Standing {
  outcome: LearningOutcome;
  seen: number;
  pinned: boolean;
  fileGone: boolean;
  /** When it was last noted or given. */
  lastNeededAt: Date;
}

export function isStale({ lastNeededAt, pinned }: Pick<Standing, 'lastNeededAt' | 'pinned'>, now: Date): boolean {
  return !pinned && now.getTime() - lastNeededAt.getTime() > STALE_DAYS * DAY_MS;
}

/**
 * A factor on the match, near 1: up where runs that had it were verified, down where they failed (as if two runs more had ended half
 * and half), a little up for what was noted again and again, down for what is stale or whose file is gone.
 */
export function lean(standing: Standing, now: Date): number {
  const { outcome, seen, pinned, fileGone } = standing;
  const ended = outcome.verified + outcome.stuck + outcome.failed;
  const rate = (outcome.verified + 1) / (ended + 2);
  const byOutcome = 0.7 + 0.6 * rate;
  const bySeen = 1 + Math.min(0.1, Math.log2(Math.max(1, seen)) * 0.03);
  const byAge = isStale(standing, now) ? 0.85 : 1;
  return byOutcome * bySeen * byAge * (pinned ? 1.3 : 1) * (fileGone ? 0.7 : 1);
}

/** Scores by what each hit leans on; the best is 1. */
export function rank<T>(
  hits: readonly Fused[],
  { standingOf, now }: { standingOf: (id: string) => (Standing & T) | undefined; now: Date },
): (Fused & { item: T })[] {
  const leaning = hits.flatMap((hit) => {
    const item = standingOf(hit.id);
    return item ? [{ ...hit, item, score: hit.score * lean(item, now) }] : [];
  });
  leaning.sort(byScore);
  const best = leaning[0]?.score ?? 1;
  return leaning.map((hit) => ({ ...hit, score: hit.score / best }));
}

function byScore(a: { score: number; id: string }, b: { score: number; id: string }): number {
  return b.score - a.score || (a.id < b.id ? -1 : 1);
}
