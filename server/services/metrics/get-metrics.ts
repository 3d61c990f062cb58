import { type MetricFigures, type Metrics, metricsQuerySchema } from '../../contracts/metrics.ts';
import { Prisma } from '../../db/client.ts';
import { bucketStarts } from '../../domain/metrics-buckets.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { type Group, type Measured, type MetricsScope, readMerged, readOutcomes, readSpending, readWaits } from './read-figures.ts';

const REPOS_MAX = 100;

/** Throughput, success, durations, waits and cost of a period, of all repositories or one; all of it from what was written down as it happened. */
export async function getMetrics(ctx: Ctx, input: unknown): Promise<Metrics> {
  authoriseView(ctx);
  const { period, repo } = parseInput(metricsQuerySchema, input);
  const starts = bucketStarts(period, ctx.now(), ctx.config.limits.timeZone);
  const since = starts[0] ?? ctx.now();
  const scope: MetricsScope = { db: ctx.db, starts, since, repo: repo ? Prisma.sql`AND w.repo = ${repo}` : Prisma.empty };
  const [outcomes, spending, waits, merged] = await Promise.all([readOutcomes(scope), readSpending(scope), readWaits(scope), readMerged(scope)]);
  const of = (is: (group: Group) => boolean) => figures(outcomes.find(is), spending.find(is), waits.find(is), merged.find(is));
  const all = [...outcomes, ...spending, ...waits, ...merged];
  const repos = [...new Set(all.flatMap((row) => row.repo ?? []))];
  return {
    ...{ period, since: since.toISOString(), repo: repo ?? null },
    summary: of((group) => group.bucket === null && group.repo === null),
    buckets: starts.map((at, n) => ({ at: at.toISOString(), ...of((group) => group.bucket === n + 1) })),
    byRepo: repos
      .map((name) => ({ repo: name, ...of((group) => group.repo === name) }))
      .sort((a, b) => b.delivered - a.delivered || (a.repo < b.repo ? -1 : 1))
      .slice(0, REPOS_MAX),
  };
}

function figures(
  outcome: Measured['outcome'] | undefined,
  spent: Measured['spent'] | undefined,
  wait: Measured['wait'] | undefined,
  merged: Measured['merged'] | undefined,
): MetricFigures {
  const { delivered = 0, unverified = 0, closed = 0, stuck = 0, failed = 0 } = outcome ?? {};
  const ended = delivered + unverified + closed + stuck + failed;
  return {
    ...{ delivered, unverified, closed, stuck, failed },
    successRate: ended === 0 ? null : delivered / ended,
    durationP50Seconds: outcome?.p50 ?? null,
    durationP95Seconds: outcome?.p95 ?? null,
    queueWaitP50Seconds: wait?.p50 ?? null,
    queueWaitP95Seconds: wait?.p95 ?? null,
    merged: merged?.merged ?? 0,
    usd: spent?.usd ?? 0,
    usdPerMergedPr: merged && merged.merged > 0 ? merged.usd / merged.merged : null,
    iterations: spent?.iterations ?? 0,
    iterationsPerItem: outcome?.iterations ?? null,
  };
}
