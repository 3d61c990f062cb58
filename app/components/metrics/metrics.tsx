'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type Metrics, METRICS_PERIODS } from '../../../server/contracts/metrics.ts';
import { PageTitle } from '../shell/page-title.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Button, Failed, Heading, Skeleton, Stale } from '../ui.tsx';
import { metricsQuery } from './metrics-query.ts';
import { duration, mean, percent, toCsv, usd } from './format.ts';

// The charts are most of this screen's bytes, and of no other's.
const Chart = dynamic(() => import('./chart.tsx'), { ssr: false, loading: () => <div className="h-44 animate-pulse rounded bg-panel" /> });

const REFRESH_MS = 30_000;
const PERIOD = { day: '24 hours', week: '7 days', month: '30 days', quarter: '90 days' } as const;

/** What came out, how long it took and what it cost. */
export function MetricsScreen() {
  const trpc = useTRPC();
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const asked = metricsQuery((name) => query.get(name) ?? '');
  const { period, repo = '' } = asked;
  const metrics = useQuery(trpc.metrics.queryOptions(asked, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }));
  const facets = useQuery(trpc.work.facets.queryOptions(undefined, { staleTime: 30_000 }));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    router.replace(`${path}?${next}`);
  };
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
        <Button disabled={!metrics.data} onClick={() => metrics.data && download(metrics.data)}>
          Download CSV
        </Button>
      </div>
      {metrics.isRefetchError && <Stale since={metrics.dataUpdatedAt} />}
      {metrics.isPending && <Skeleton rows={8} />}
      {metrics.isError && !metrics.data && (
        <Failed what="The metrics could not be loaded" why={describeError(metrics.error).message} retry={() => void metrics.refetch()} />
      )}
      {metrics.data && <Figures metrics={metrics.data} />}
    </>
  );
}

function Figures({ metrics }: { metrics: Metrics }) {
  const { summary } = metrics;
  const figures = [
    ['Delivered', String(summary.delivered), `${summary.merged} merged`],
    ['Success rate', percent(summary.successRate), `${summary.stuck} stuck, ${summary.failed} failed`],
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
      <Charts metrics={metrics} />
      <ByRepo metrics={metrics} />
    </>
  );
}

function Charts({ metrics }: { metrics: Metrics }) {
  const hours = metrics.period === 'day';
  const label = (at: string) =>
    hours
      ? new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
      : new Date(at).toLocaleDateString([], { day: 'numeric', month: 'short' });
  const data = metrics.buckets.map((bucket) => ({ ...bucket, label: label(bucket.at) }));
  const per = hours ? 'hour' : 'day';
  const outcome = [
    { key: 'delivered', label: 'Delivered', color: 'var(--ok)' },
    { key: 'stuck', label: 'Stuck', color: 'var(--warn)' },
    { key: 'failed', label: 'Failed', color: 'var(--bad)' },
  ];
  return (
    <div className="grid gap-x-8 lg:grid-cols-3">
      <section className="mt-6">
        <Heading>Work items that ended, by {per}</Heading>
        <Chart data={data} series={outcome} label={`Work items by ${per}: delivered, stuck and failed`} />
      </section>
      <section className="mt-6">
        <Heading>USD, by {per}</Heading>
        <Chart data={data} series={[{ key: 'usd', label: 'USD', color: 'var(--accent)' }]} label={`USD by ${per}`} />
      </section>
      <section className="mt-6">
        <Heading>Iterations, by {per}</Heading>
        <Chart data={data} series={[{ key: 'iterations', label: 'Iterations', color: 'var(--accent)' }]} label={`Iterations by ${per}`} />
      </section>
    </div>
  );
}

function ByRepo({ metrics }: { metrics: Metrics }) {
  if (metrics.byRepo.length === 0) return <p className="mt-8 text-muted">Nothing happened in this period.</p>;
  return (
    <section className="mt-8">
      <Heading>By repository</Heading>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="By repository">
        <table className="w-full text-right tabular-nums">
          <thead className="text-xs text-muted">
            <tr className="border-b border-line [&>th]:py-1.5 [&>th]:pl-4 [&>th]:font-normal">
              <th className="!pl-0 text-left">Repository</th>
              <th>Delivered</th>
              <th>Stuck</th>
              <th>Failed</th>
              <th>Success</th>
              <th>Median</th>
              <th>p95</th>
              <th>Iterations</th>
              <th>USD</th>
            </tr>
          </thead>
          <tbody>
            {metrics.byRepo.map((row) => (
              <tr key={row.repo} className="border-b border-line [&>td]:whitespace-nowrap [&>td]:py-2 [&>td]:pl-4">
                <td className="!pl-0 text-left font-medium">{row.repo}</td>
                <td>{row.delivered}</td>
                <td>{row.stuck}</td>
                <td>{row.failed}</td>
                <td>{percent(row.successRate)}</td>
                <td>{duration(row.durationP50Seconds)}</td>
                <td>{duration(row.durationP95Seconds)}</td>
                <td>{row.iterations}</td>
                <td>{usd(row.usd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The figures over time as a file. */
function download(metrics: Metrics): void {
  const url = URL.createObjectURL(new Blob([toCsv(metrics.buckets)], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `factory-metrics-${metrics.period}.csv` });
  link.click();
  URL.revokeObjectURL(url);
}
