'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { MetricFigures, Metrics } from '../../../server/contracts/metrics.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { useMe } from '../shell/use-me.ts';
import { useAddress } from '../use-address.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Button, Heading } from '../ui.tsx';
import { useInBrowser } from '../use-in-browser.ts';
import { bucketLabel } from './bucket-label.ts';
import { Charts } from './charts.tsx';
import { metricsCsv } from './csv.ts';
import { FiguresTable } from './figures-table.tsx';
import { duration, mean, percent, usd } from './format.ts';
import { metricsQuery } from './metrics-query.ts';
import { METRICS_PERIODS } from '../../../server/contracts/vocabulary.ts';

const REFRESH_MS = 30_000;
/** What is called a success. */
const SUCCESS =
  'Success rate: of the work items that ended, those merged by people or with their checks passed by the factory; unverified drafts and pull requests closed unmerged are no success.';
const PERIOD = { day: '24 hours', week: '7 days', month: '30 days', quarter: '90 days' } as const;

/** What came out, how long it took and what it cost. */
export function MetricsScreen() {
  const trpc = useTRPC();
  const { value, set } = useAddress();
  const asked = metricsQuery(value);
  const { period, repo = '' } = asked;
  const metrics = useQuery(trpc.metrics.queryOptions(asked, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }));
  const facets = useQuery(trpc.work.facets.queryOptions(undefined, { staleTime: 30_000 }));
  return (
    <>
      <PageTitle>Metrics</PageTitle>
      <h1 className="sr-only">Metrics</h1>
      <div className="mb-5 flex flex-wrap gap-2">
        <select
          aria-label="Period"
          value={period}
          onChange={(event) => set('period', event.target.value)}
          className="h-8 rounded border border-line bg-bg px-2"
        >
          {METRICS_PERIODS.map((each) => (
            <option key={each} value={each}>
              {PERIOD[each]}
            </option>
          ))}
        </select>
        <select
          aria-label="Repository"
          value={repo}
          onChange={(event) => set('repo', event.target.value)}
          className="h-8 max-w-60 rounded border border-line bg-bg px-2"
        >
          <option value="">All repositories</option>
          {[...new Set([...(repo ? [repo] : []), ...(facets.data?.repos ?? [])])].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <span className="flex-1" />
        <Button disabled={(metrics.data?.byRepo.length ?? 0) === 0} onClick={() => metrics.data && download(metrics.data)}>
          Download CSV
        </Button>
      </div>
      <QueryState query={metrics} what="The metrics" rows={8} />
      {metrics.data && (metrics.data.byRepo.length === 0 ? <NothingYet metrics={metrics.data} /> : <Figures metrics={metrics.data} />)}
    </>
  );
}

function Figures({ metrics }: { metrics: Metrics }) {
  const { summary } = metrics;
  // The server's language and time zone are not the reader's.
  const inBrowser = useInBrowser();
  const last = metrics.buckets.at(-1)?.at;
  const figures = [
    ['Delivered', String(summary.delivered), `${summary.merged} merged`],
    ['Success rate', percent(summary.successRate), `${summary.delivered} of ${ended(summary)} that ended`],
    ['Duration, median', duration(summary.durationP50Seconds), `p95 ${duration(summary.durationP95Seconds)}`],
    ['Queue wait, median', duration(summary.queueWaitP50Seconds), `p95 ${duration(summary.queueWaitP95Seconds)}`],
    ['USD per merged PR', usd(summary.usdPerMergedPr), `${usd(summary.usd)} in all`],
    ['Iterations per item', mean(summary.iterationsPerItem), `${summary.iterations} in all`],
  ] as const;
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-5 border-b border-line pb-5 sm:grid-cols-3 lg:grid-cols-6">
        {figures.map(([label, value, more]) => (
          <div key={label}>
            <dt className="text-[13px] text-muted">{label}</dt>
            <dd className="text-xl font-semibold tabular-nums">{value}</dd>
            <dd className="text-[13px] tabular-nums text-muted">{more}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-[13px] text-muted">{SUCCESS}</p>
      <Charts metrics={metrics} />
      <details className="mt-6">
        <summary className="cursor-pointer text-[13px] font-semibold">Figures</summary>
        <FiguresTable
          label="Figures over time"
          first={metrics.period === 'day' ? 'Hour' : 'Day'}
          rows={metrics.buckets.map((bucket) => ({
            id: bucket.at,
            name: inBrowser ? bucketLabel(bucket.at, metrics.period, bucket.at === last) : '',
            figures: bucket,
          }))}
        />
      </details>
      <section className="mt-8">
        <Heading>By repository</Heading>
        <FiguresTable label="By repository" first="Repository" rows={metrics.byRepo.map((row) => ({ id: row.repo, name: row.repo, figures: row }))} />
      </section>
    </>
  );
}

function ended({ delivered, unverified, closed, stuck, failed }: MetricFigures): number {
  return delivered + unverified + closed + stuck + failed;
}

/** What stands here once something happened. */
function NothingYet({ metrics }: { metrics: Metrics }) {
  const { maySteer } = useMe();
  return (
    <div className="border-y border-line py-10 text-center">
      <p>
        No worker was at work {metrics.repo === null ? '' : `for ${metrics.repo} `}in the last {PERIOD[metrics.period]}.
      </p>
      <p className="mt-1 text-muted">Throughput, success, durations and cost are drawn here as soon as one is.</p>
      {maySteer && (
        <Link href="/work/new" className="mt-4 inline-block rounded bg-text px-3 py-1 font-medium text-bg hover:opacity-90">
          Submit work
        </Link>
      )}
    </div>
  );
}

/** All figures as a file. */
function download(metrics: Metrics): void {
  const name = ['factory-metrics', metrics.period, ...(metrics.repo === null ? [] : [metrics.repo.replace(/[^\w.]+/g, '-')])].join('-');
  const url = URL.createObjectURL(new Blob([metricsCsv(metrics)], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `${name}.csv` });
  link.click();
  URL.revokeObjectURL(url);
}
