import { UNDONE_BY } from '../work/undo-cancel.ts';
import { type Db, Prisma } from '../../db/client.ts';

export interface MetricsScope {
  db: Db;
  /** When each piece of the period begins. */
  starts: readonly Date[];
  since: Date;
  /** AND …, on work_item w. */
  repo: Prisma.Sql;
}

/** Of what a row tells: of one piece of the period (counted from 1), of one repository, or, with neither, of all. */
export interface Group {
  bucket: number | null;
  repo: string | null;
}

export interface Measured {
  outcome: Group & {
    delivered: number;
    unverified: number;
    closed: number;
    stuck: number;
    failed: number;
    p50: number | null;
    p95: number | null;
    iterations: number | null;
  };
  spent: Group & { usd: number; iterations: number };
  wait: Group & { p50: number | null; p95: number | null };
  merged: Group & { merged: number; usd: number };
}

const GROUPS = Prisma.sql`GROUP BY GROUPING SETS ((), (bucket), (repo))`;
const bucketOf = (scope: MetricsScope, at: Prisma.Sql) => Prisma.sql`width_bucket(${at}, ${scope.starts}::timestamptz[])`;
/** Of all runs of an item, whenever they were: work that took three runs cost three. */
const allRuns = (column: Prisma.Sql, item: Prisma.Sql) => Prisma.sql`(SELECT COALESCE(sum(r.${column}), 0) FROM run r WHERE r.work_item_id = ${item})`;

/**
 * Each item where work on it ended last in the period, by what became of that since: an item that was stuck and is delivered after a
 * retry counts as delivered, a pull request that was closed unmerged later does not. Whether it was verified is its run's own word,
 * for the item's may be of a later run. An undo of a cancel is no new end.
 */
export function readOutcomes(scope: MetricsScope): Promise<Measured['outcome'][]> {
  return scope.db.$queryRaw`
    WITH ended AS (
      SELECT DISTINCT ON (a.work_item_id) a.id AS audit, a.work_item_id AS item, a."to" AS state, a.run_id, a.at, w.repo,
        EXTRACT(EPOCH FROM a.at - w.created_at) AS seconds
      FROM audit a JOIN work_item w ON w.id = a.work_item_id
      WHERE a.action = 'state' AND a.at >= ${scope.since} AND a."to" IN ('in_review', 'completed', 'stuck', 'failed')
        AND a."from" IS DISTINCT FROM 'cancelled' ${scope.repo}
      ORDER BY a.work_item_id, a.id DESC),
    judged AS (
      SELECT ${bucketOf(scope, Prisma.sql`e.at`)} AS bucket, e.repo, e.seconds, ${allRuns(Prisma.sql`iterations`, Prisma.sql`e.item`)} AS iterations,
        CASE
          WHEN e.state IN ('stuck', 'failed') THEN e.state
          WHEN fate."to" = 'merged' THEN 'delivered'
          WHEN fate."to" = 'closed' THEN 'closed'
          WHEN r.reason = 'verified' THEN 'delivered'
          ELSE 'unverified'
        END AS outcome
      FROM ended e LEFT JOIN run r ON r.id = e.run_id
      LEFT JOIN LATERAL (SELECT a."to" FROM audit a
        WHERE a.work_item_id = e.item AND a.id > e.audit AND a.action = 'state' AND a."to" IN ('merged', 'closed') ORDER BY a.id LIMIT 1) fate ON true)
    SELECT bucket, repo,
      count(*) FILTER (WHERE outcome = 'delivered')::int AS delivered,
      count(*) FILTER (WHERE outcome = 'unverified')::int AS unverified,
      count(*) FILTER (WHERE outcome = 'closed')::int AS closed,
      count(*) FILTER (WHERE outcome = 'stuck')::int AS stuck,
      count(*) FILTER (WHERE outcome = 'failed')::int AS failed,
      (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome = 'delivered'))::float8 AS p50,
      (percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome = 'delivered'))::float8 AS p95,
      (avg(iterations) FILTER (WHERE outcome = 'delivered'))::float8 AS iterations
    FROM judged ${GROUPS}`;
}

/** USD of settled model calls, and iterations granted. */
export function readSpending(scope: MetricsScope): Promise<Measured['spent'][]> {
  const { since, repo } = scope;
  return scope.db.$queryRaw`
    SELECT bucket, repo, sum(usd)::float8 AS usd, sum(iterations)::int AS iterations FROM (
      SELECT ${bucketOf(scope, Prisma.sql`c.started_at`)} AS bucket, w.repo, COALESCE(c.cost_usd, 0) AS usd, 0 AS iterations
      FROM model_call c JOIN run r ON r.id = c.run_id JOIN work_item w ON w.id = r.work_item_id WHERE c.started_at >= ${since} ${repo}
      UNION ALL
      SELECT ${bucketOf(scope, Prisma.sql`i.granted_at`)}, w.repo, 0, 1
      FROM iteration i JOIN run r ON r.id = i.run_id JOIN work_item w ON w.id = r.work_item_id WHERE i.granted_at >= ${since} ${repo}) spent
    ${GROUPS}`;
}

/** How long what a worker took had been queued; an undo of a cancel that gave it its place back began nothing anew. */
export function readWaits(scope: MetricsScope): Promise<Measured['wait'][]> {
  return scope.db.$queryRaw`
    SELECT bucket, repo, (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::float8 AS p50, (percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds))::float8 AS p95
    FROM (
      SELECT ${bucketOf(scope, Prisma.sql`taken.at`)} AS bucket, w.repo, EXTRACT(EPOCH FROM taken.at - queued.at) AS seconds
      FROM audit taken JOIN work_item w ON w.id = taken.work_item_id
      JOIN LATERAL (SELECT at FROM audit q WHERE q.work_item_id = taken.work_item_id AND q.id < taken.id AND q."to" = 'queued'
          AND (q."from" = 'cancelled' AND q.why LIKE ${`${UNDONE_BY}%`}
            AND (SELECT c."from" FROM audit c WHERE c.work_item_id = q.work_item_id AND c.id < q.id AND c."to" = 'cancelled' ORDER BY c.id DESC LIMIT 1) = 'queued') IS NOT TRUE
        ORDER BY q.id DESC LIMIT 1) queued ON true
      WHERE taken.action = 'state' AND taken."to" = 'running' AND taken.at >= ${scope.since} ${scope.repo}) waits
    ${GROUPS}`;
}

/** Pull requests by when they were merged, with what they cost from the first run on. */
export function readMerged(scope: MetricsScope): Promise<Measured['merged'][]> {
  return scope.db.$queryRaw`
    SELECT bucket, repo, count(*)::int AS merged, COALESCE(sum(usd), 0)::float8 AS usd FROM (
      SELECT ${bucketOf(scope, Prisma.sql`a.at`)} AS bucket, w.repo, ${allRuns(Prisma.sql`cost_usd`, Prisma.sql`w.id`)} AS usd
      FROM audit a JOIN work_item w ON w.id = a.work_item_id WHERE a.action = 'state' AND a."to" = 'merged' AND a.at >= ${scope.since} ${scope.repo}) merged
    ${GROUPS}`;
}
