import type { HitReason, Learning, LearningFilters, LearningOutcome } from '../../contracts/learnings.ts';
import { type Db, Prisma } from '../../db/client.ts';
import { isStale, type Standing } from '../../domain/learnings/learning-rank.ts';

/** Which learnings a search is about. `forRun`: those of one repository and of all, approved: what a worker may be given. */
export type Scope = LearningFilters | { forRun: string };

/** A condition on the table `learning`. */
export function scopeSql(scope: Scope): Prisma.Sql {
  if ('forRun' in scope) return Prisma.sql`state = 'approved' AND (repo = ${scope.forRun} OR repo IS NULL)`;
  const parts = [Prisma.sql`merged_into IS NULL`];
  if (scope.repo === 'global') parts.push(Prisma.sql`repo IS NULL`);
  else if (scope.repo !== undefined) parts.push(Prisma.sql`repo = ${scope.repo}`);
  if (scope.kind !== undefined) parts.push(Prisma.sql`kind = ${scope.kind}`);
  if (scope.state !== undefined) parts.push(Prisma.sql`state = ${scope.state}`);
  if (scope.path !== undefined) parts.push(Prisma.sql`(file = ${scope.path} OR starts_with(file, ${`${scope.path.replace(/\/+$/, '')}/`}))`);
  return Prisma.join(parts, ' AND ');
}

/** What the views and the ranking are made of. */
export type LearningRow = Standing & {
  id: string;
  kind: Learning['kind'];
  text: string;
  repo: string | null;
  state: Learning['state'];
  flag: string | null;
  source: Learning['source'];
  author: string | null;
  runId: string | null;
  workItemId: string | null;
  file: string | null;
  commit: string | null;
  createdAt: Date;
  changedAt: Date;
};

type StoredRow = Omit<LearningRow, 'outcome' | 'fileGone'> & LearningOutcome & { fileGoneAt: Date | null };

/** Rows by id, with how the runs ended that were given them; in no order. */
export async function readLearnings(db: Db, ids: readonly string[]): Promise<Map<string, LearningRow>> {
  const rows = await db.$queryRaw<StoredRow[]>`
    SELECT l.id, l.kind, l.text, l.repo, l.state, l.flag, l.source, l.author, l.run_id AS "runId", r.work_item_id AS "workItemId", l.file, l.commit, l.seen,
      l.pinned, l.file_gone_at AS "fileGoneAt", l.created_at AS "createdAt", l.changed_at AS "changedAt",
      GREATEST(l.last_seen_at, u.last) AS "lastNeededAt", u.runs, u.verified, u.merged, u.stuck, u.failed
    FROM learning l LEFT JOIN run r ON r.id = l.run_id CROSS JOIN LATERAL (
      SELECT max(u.at) AS last, count(*)::int AS runs,
        count(*) FILTER (WHERE g.reason = 'verified')::int AS verified,
        count(*) FILTER (WHERE w.state = 'merged' AND g.reason IN ('verified', 'unverified'))::int AS merged,
        count(*) FILTER (WHERE g.reason IN ('stuck', 'budget'))::int AS stuck,
        count(*) FILTER (WHERE g.reason = 'failed')::int AS failed
      FROM learning_use u JOIN run g ON g.id = u.run_id JOIN work_item w ON w.id = g.work_item_id WHERE u.learning_id = l.id
    ) u WHERE l.id = ANY(${[...ids]}::text[])`;
  return new Map(
    rows.map(({ runs, verified, merged, stuck, failed, fileGoneAt, ...row }) => {
      return [row.id, { ...row, fileGone: fileGoneAt !== null, outcome: { runs, verified, merged, stuck, failed } }];
    }),
  );
}

export function toLearning(row: LearningRow, { now, why }: { now: Date; why: HitReason | null }): Learning {
  const { lastNeededAt: _, createdAt, changedAt, ...shown } = row;
  return { ...shown, stale: isStale(row, now), createdAt: createdAt.toISOString(), changedAt: changedAt.toISOString(), why };
}
