'use client';

import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/api/router.ts';
import type { RunView } from '../../../server/contracts/rest.ts';
import { duration, usd } from '../metrics/format.ts';
import { Heading } from '../ui.tsx';
import { type Bar, layBars } from './lay-bars.ts';

type Iteration = inferRouterOutputs<AppRouter>['work']['iterations'][number];

/** The iterations of a run on a time line: as wide as it took, as high as it cost beside the dearest of the work item. */
export function IterationLine({ run, n, ...about }: { run: RunView; n: number; iterations: Iteration[]; dearest: number; now: number }) {
  const { iterations, dearest, now } = about;
  if (iterations.length === 0) return null;
  const bars = layBars(iterations, { start: run.startedAt, end: run.endedAt, now, dearest });
  return (
    <section aria-label={`Iterations of run ${n}`} className="mt-8">
      <Heading aside={<span className="text-xs text-muted">width: time, height: USD</span>}>Run {n}</Heading>
      <div aria-hidden className="relative h-12 border-b border-line">
        {bars.map((bar) => (
          <span
            key={bar.n}
            title={words(bar)}
            className={`absolute bottom-0 min-w-[3px] rounded-t-sm border-x border-t-2 border-x-bg ${bar.failed ? 'border-t-bad bg-bad/25' : 'border-t-accent bg-accent/25'} ${bar.finished ? '' : 'animate-pulse'}`}
            style={{ left: `${bar.left}%`, width: `${bar.width}%`, height: `${bar.height}%` }}
          />
        ))}
      </div>
      <details className="mt-1">
        <summary className="cursor-pointer text-[13px] text-muted">
          {iterations.length} {iterations.length === 1 ? 'iteration' : 'iterations'}
        </summary>
        <table className="mt-1 text-[13px] tabular-nums">
          <thead className="sr-only">
            <tr>
              {['Iteration', 'Took', 'USD', 'How it ended'].map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.n}>
                <th scope="row" className="py-0.5 pr-4 text-left font-normal text-muted">
                  {bar.n}
                </th>
                <td className="whitespace-nowrap py-0.5 pr-4 text-right">{bar.finished ? duration(bar.seconds) : '–'}</td>
                <td className="py-0.5 pr-4 text-right">{usd(bar.costUsd)}</td>
                <td className={`break-words py-0.5 ${bar.failed ? 'text-bad' : ''}`}>{bar.outcome}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

const words = ({ n, finished, seconds, costUsd, outcome }: Bar) => `Iteration ${n}: ${finished ? `${duration(seconds)}, ` : ''}${usd(costUsd)}, ${outcome}`;
