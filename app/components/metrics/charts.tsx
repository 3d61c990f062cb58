'use client';

import dynamic from 'next/dynamic';
import type { Metrics } from '../../../server/contracts/metrics.ts';
import { Heading } from '../ui.tsx';
import type { ChartProps, Series } from './chart.tsx';
import { bucketLabel } from './bucket-label.ts';
import { durationTicks } from './duration-ticks.ts';
import { axisDuration, axisMean, duration, mean, percent, usd } from './format.ts';

// The charts are most of this screen's bytes, and of no other's.
const Chart = dynamic(() => import('./chart.tsx'), { ssr: false, loading: () => <div className="h-44 animate-pulse rounded bg-panel" /> });

const MEDIAN = { label: 'Median', color: 'var(--accent)' };
const P95 = { label: 'p95', color: 'var(--muted)', dashed: true };

/** Every figure over the time of the period, each in a picture of its own. */
export function Charts({ metrics }: { metrics: Metrics }) {
  const per = metrics.period === 'day' ? 'hour' : 'day';
  const last = metrics.buckets.at(-1)?.at;
  const nameOf = (at: string, full: boolean) => bucketLabel(at, metrics.period, full && at === last);
  const data = metrics.buckets.map((bucket) => ({
    ...bucket,
    // A day without a call of the model cost nothing, which needs no bar.
    ...(bucket.usd === 0 ? { usd: null } : {}),
  }));
  return (
    <div className="grid gap-x-8 md:grid-cols-2 lg:grid-cols-3">
      <Picture
        title={<>Work items that ended, by {per}</>}
        label={`Work items by ${per}: delivered, unverified, closed unmerged, stuck and failed`}
        data={data}
        nameOf={nameOf}
        format={String}
        whole
        bars={[
          { key: 'delivered', label: 'Delivered', color: 'var(--ok)' },
          { key: 'unverified', label: 'Unverified', color: 'var(--accent)' },
          { key: 'closed', label: 'Closed unmerged', color: 'var(--muted)' },
          { key: 'stuck', label: 'Stuck', color: 'var(--warn)' },
          { key: 'failed', label: 'Failed', color: 'var(--bad)' },
        ]}
      />
      <Picture
        title="Success rate"
        label={`Success rate by ${per}`}
        data={data}
        nameOf={nameOf}
        format={percent}
        ticks={[0, 0.5, 1]}
        lines={[{ key: 'successRate', label: 'Success', color: 'var(--ok)' }]}
      />
      <Picture
        title="Duration"
        label={`Duration of what was delivered, by ${per}: median and 95th percentile`}
        data={data}
        nameOf={nameOf}
        format={duration}
        formatTick={axisDuration}
        ticks={durationTicks(metrics.buckets.flatMap((bucket) => [bucket.durationP50Seconds, bucket.durationP95Seconds]))}
        lines={[
          { key: 'durationP50Seconds', ...MEDIAN },
          { key: 'durationP95Seconds', ...P95 },
        ]}
      />
      <Picture
        title="Queue wait"
        label={`Queue wait by ${per}: median and 95th percentile`}
        data={data}
        nameOf={nameOf}
        format={duration}
        formatTick={axisDuration}
        ticks={durationTicks(metrics.buckets.flatMap((bucket) => [bucket.queueWaitP50Seconds, bucket.queueWaitP95Seconds]))}
        lines={[
          { key: 'queueWaitP50Seconds', ...MEDIAN },
          { key: 'queueWaitP95Seconds', ...P95 },
        ]}
      />
      <Picture
        title="USD"
        label={`USD by ${per}: spent, and per merged pull request`}
        data={data}
        nameOf={nameOf}
        format={usd}
        bars={[{ key: 'usd', label: 'Spent', color: 'color-mix(in srgb, var(--muted) 40%, transparent)' }]}
        lines={[{ key: 'usdPerMergedPr', label: 'Per merged PR', color: 'var(--accent)' }]}
      />
      <Picture
        title="Iterations per item"
        label={`Iterations per delivered work item, by ${per}`}
        data={data}
        nameOf={nameOf}
        format={mean}
        formatTick={axisMean}
        whole
        lines={[{ key: 'iterationsPerItem', label: 'Iterations', color: 'var(--accent)' }]}
      />
    </div>
  );
}

function Picture({ title, ...chart }: ChartProps & { title: React.ReactNode }) {
  const series = [...(chart.bars ?? []), ...(chart.lines ?? [])];
  return (
    <section className="mt-6 min-w-0">
      <Heading>{title}</Heading>
      {series.length > 1 && <Legend series={series} />}
      <Chart {...chart} />
    </section>
  );
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul className="-mt-1 mb-1 flex flex-wrap gap-x-3 text-xs text-muted">
      {series.map(({ key, label, color, dashed }) => (
        <li key={key} className="flex items-center gap-1">
          <span aria-hidden className={`h-0 w-3 border-t-[3px] ${dashed ? 'border-dotted' : ''}`} style={{ borderColor: color }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
