import { type Metrics, metricsQuerySchema } from '../../contracts/metrics.ts';
import { Prisma } from '../../db/client.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';

const PERIOD_DAYS = { day: 1, week: 7, month: 30, quarter: 90 } as const;
const DAY_MS = 86_400_000;
const REPOS_MAX = 100;

interface Outcome {
  delivered: number;
  stuck: number;
  failed: number;
  p50: number | null;
  p95: number | null;
}

/** Throughput, success, durations, waits and cost of a period, of all repositories or one; all of it from what was written down as it happened. */
export async function getMetrics(ctx: Ctx, input: unknown): Promise<Metrics> {
  authoriseView(ctx);
  const { period, repo } = parseInput(metricsQuerySchema, input);
  const since = new Date(ctx.now().getTime() - PERIOD_DAYS[period] * DAY_MS);
  const scope: Scope = { ctx, since, repo: repo ? Prisma.sql`AND w.repo = ${repo}` : Prisma.empty };
  const [outcome, spent, waits, merged, perItem, buckets, byRepo] = await Promise.all([
    outcomes(scope),
    spending(scope),
    queueWaits(scope),
    mergedCost(scope),
    iterationsPerItem(scope),
    readBuckets(scope, period),
    readRepos(scope),
  ]);
  return {
    ...{ period, since: since.toISOString(), repo: repo ?? null },
    summary: {
      ...figures(outcome[0], spent[0]),
      merged: merged.count,
      queueWaitP50Seconds: waits.p50,
      queueWaitP95Seconds: waits.p95,
      usdPerMergedPr: merged.count === 0 ? null : merged.usd / merged.count,
      iterationsPerItem: perItem,
    },
    buckets,
    byRepo,
  };
}

interface Scope {
  ctx: Ctx;
  since: Date;
  /** AND …, on work_item w. */
  repo: Prisma.Sql;
}

/** The last outcome of each item in the period: an item that was stuck and is delivered after a retry counts as delivered. */
const lastOutcome = ({ since, repo }: Scope) => Prisma.sql`
  SELECT DISTINCT ON (a.work_item_id) a.work_item_id AS id, a."to" AS state, a.at, w.repo, EXTRACT(EPOCH FROM a.at - w.created_at) AS seconds
  FROM audit a JOIN work_item w ON w.id = a.work_item_id
  WHERE a.action = 'state' AND a.at >= ${since} AND a."to" IN ('in_review', 'completed', 'stuck', 'failed') ${repo}
  ORDER BY a.work_item_id, a.id DESC`;

const OUTCOME_COLUMNS = Prisma.sql`
  count(*) FILTER (WHERE state IN ('in_review', 'completed'))::int AS delivered,
  count(*) FILTER (WHERE state = 'stuck')::int AS stuck,
  count(*) FILTER (WHERE state = 'failed')::int AS failed,
  (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE state IN ('in_review', 'completed')))::float8 AS p50,
  (percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE state IN ('in_review', 'completed')))::float8 AS p95`;

function outcomes(scope: Scope): Promise<Outcome[]> {
  return scope.ctx.db.$queryRaw<Outcome[]>`SELECT ${OUTCOME_COLUMNS} FROM (${lastOutcome(scope)}) o`;
}

/** USD of settled model calls, and iterations granted. */
function spending({ ctx, since, repo }: Scope): Promise<{ usd: number; iterations: number }[]> {
  return ctx.db.$queryRaw`
    SELECT
      (SELECT COALESCE(sum(c.cost_usd), 0)::float8 FROM model_call c JOIN run r ON r.id = c.run_id JOIN work_item w ON w.id = r.work_item_id
        WHERE c.started_at >= ${since} ${repo}) AS usd,
      (SELECT count(*)::int FROM iteration i JOIN run r ON r.id = i.run_id JOIN work_item w ON w.id = r.work_item_id
        WHERE i.granted_at >= ${since} ${repo}) AS iterations`;
}

async function queueWaits({ ctx, since, repo }: Scope): Promise<{ p50: number | null; p95: number | null }> {
  const rows = await ctx.db.$queryRaw<{ p50: number | null; p95: number | null }[]>`
    SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::float8 AS p50, (percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds))::float8 AS p95
    FROM (
      SELECT EXTRACT(EPOCH FROM taken.at - queued.at) AS seconds
      FROM audit taken JOIN work_item w ON w.id = taken.work_item_id
      JOIN LATERAL (SELECT at FROM audit q WHERE q.work_item_id = taken.work_item_id AND q.id < taken.id AND q."to" = 'queued' ORDER BY q.id DESC LIMIT 1) queued ON true
      WHERE taken.action = 'state' AND taken."to" = 'running' AND taken.at >= ${since} ${repo}) waits`;
  return rows[0] ?? { p50: null, p95: null };
}

async function mergedCost({ ctx, since, repo }: Scope): Promise<{ count: number; usd: number }> {
  const rows = await ctx.db.$queryRaw<{ count: number; usd: number }[]>`
    SELECT count(*)::int AS count, COALESCE(sum(usd), 0)::float8 AS usd FROM (
      SELECT w.id, (SELECT COALESCE(sum(r.cost_usd), 0) FROM run r WHERE r.work_item_id = w.id) AS usd
      FROM work_item w WHERE EXISTS (SELECT 1 FROM audit a WHERE a.work_item_id = w.id AND a.action = 'state' AND a."to" = 'merged' AND a.at >= ${since}) ${repo}) merged`;
  return rows[0] ?? { count: 0, usd: 0 };
}

async function iterationsPerItem(scope: Scope): Promise<number | null> {
  const rows = await scope.ctx.db.$queryRaw<{ mean: number | null }[]>`
    SELECT avg(n)::float8 AS mean FROM (
      SELECT (SELECT COALESCE(sum(r.iterations), 0) FROM run r WHERE r.work_item_id = o.id) AS n
      FROM (${lastOutcome(scope)}) o WHERE o.state IN ('in_review', 'completed')) per`;
  return rows[0]?.mean ?? null;
}

async function readBuckets(scope: Scope, period: Metrics['period']): Promise<Metrics['buckets']> {
  const { ctx, since, repo } = scope;
  const unit = period === 'day' ? 'hour' : 'day';
  const zone = ctx.config.limits.timeZone;
  const bucket = (column: Prisma.Sql) => Prisma.sql`date_trunc(${unit}::text, ${column} AT TIME ZONE ${zone}::text) AT TIME ZONE ${zone}::text`;
  const rows = await ctx.db.$queryRaw<{ at: Date; delivered: number; stuck: number; failed: number; usd: number; iterations: number }[]>`
    WITH bucket AS (
      SELECT local AT TIME ZONE ${zone}::text AS at FROM generate_series(
        date_trunc(${unit}::text, ${since}::timestamptz AT TIME ZONE ${zone}::text), ${ctx.now()}::timestamptz AT TIME ZONE ${zone}::text, ${`1 ${unit}`}::interval) local),
    outcome AS (SELECT ${bucket(Prisma.sql`o.at`)} AS at, o.state FROM (${lastOutcome(scope)}) o),
    spent AS (SELECT ${bucket(Prisma.sql`c.started_at`)} AS at, COALESCE(c.cost_usd, 0) AS usd
      FROM model_call c JOIN run r ON r.id = c.run_id JOIN work_item w ON w.id = r.work_item_id WHERE c.started_at >= ${since} ${repo}),
    granted AS (SELECT ${bucket(Prisma.sql`i.granted_at`)} AS at
      FROM iteration i JOIN run r ON r.id = i.run_id JOIN work_item w ON w.id = r.work_item_id WHERE i.granted_at >= ${since} ${repo})
    SELECT b.at,
      (SELECT count(*)::int FROM outcome o WHERE o.at = b.at AND o.state IN ('in_review', 'completed')) AS delivered,
      (SELECT count(*)::int FROM outcome o WHERE o.at = b.at AND o.state = 'stuck') AS stuck,
      (SELECT count(*)::int FROM outcome o WHERE o.at = b.at AND o.state = 'failed') AS failed,
      (SELECT COALESCE(sum(usd), 0)::float8 FROM spent s WHERE s.at = b.at) AS usd,
      (SELECT count(*)::int FROM granted g WHERE g.at = b.at) AS iterations
    FROM bucket b ORDER BY b.at`;
  return rows.map(({ at, ...row }) => ({ at: at.toISOString(), ...row }));
}

async function readRepos(scope: Scope): Promise<Metrics['byRepo']> {
  const { ctx, since, repo } = scope;
  const rows = await ctx.db.$queryRaw<(Outcome & { repo: string; usd: number; iterations: number })[]>`
    WITH outcome AS (SELECT o.repo, ${OUTCOME_COLUMNS} FROM (${lastOutcome(scope)}) o GROUP BY o.repo),
    spent AS (SELECT w.repo, sum(c.cost_usd)::float8 AS usd FROM model_call c JOIN run r ON r.id = c.run_id JOIN work_item w ON w.id = r.work_item_id
      WHERE c.started_at >= ${since} ${repo} GROUP BY w.repo),
    granted AS (SELECT w.repo, count(*)::int AS iterations FROM iteration i JOIN run r ON r.id = i.run_id JOIN work_item w ON w.id = r.work_item_id
      WHERE i.granted_at >= ${since} ${repo} GROUP BY w.repo)
    SELECT repo, COALESCE(delivered, 0) AS delivered, COALESCE(stuck, 0) AS stuck, COALESCE(failed, 0) AS failed, p50, p95,
      COALESCE(usd, 0) AS usd, COALESCE(iterations, 0) AS iterations
    FROM outcome FULL JOIN spent USING (repo) FULL JOIN granted USING (repo) ORDER BY delivered DESC, repo LIMIT ${REPOS_MAX}`;
  return rows.map((row) => ({ repo: row.repo, ...figures(row, row) }));
}

function figures(outcome: Outcome | undefined, spent: { usd: number; iterations: number } | undefined): Omit<Metrics['byRepo'][number], 'repo'> {
  const { delivered = 0, stuck = 0, failed = 0 } = outcome ?? {};
  const ended = delivered + stuck + failed;
  return {
    ...{ delivered, stuck, failed },
    successRate: ended === 0 ? null : delivered / ended,
    durationP50Seconds: outcome?.p50 ?? null,
    durationP95Seconds: outcome?.p95 ?? null,
    usd: spent?.usd ?? 0,
    iterations: spent?.iterations ?? 0,
  };
}
