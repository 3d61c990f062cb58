import type { MetricFigures } from '../../../server/contracts/metrics.ts';
import { duration, mean, percent, usd } from './format.ts';

const COLUMNS: readonly [label: string, show: (figures: MetricFigures) => string | number][] = [
  ['Delivered', (row) => row.delivered],
  ['Unverified', (row) => row.unverified],
  ['Closed', (row) => row.closed],
  ['Stuck', (row) => row.stuck],
  ['Failed', (row) => row.failed],
  ['Success', (row) => percent(row.successRate)],
  ['Duration', (row) => duration(row.durationP50Seconds)],
  ['p95', (row) => duration(row.durationP95Seconds)],
  ['Queue wait', (row) => duration(row.queueWaitP50Seconds)],
  ['p95', (row) => duration(row.queueWaitP95Seconds)],
  ['Merged', (row) => row.merged],
  ['USD', (row) => usd(row.usd)],
  ['USD/merged PR', (row) => usd(row.usdPerMergedPr)],
  ['Iterations', (row) => row.iterations],
  ['Per item', (row) => mean(row.iterationsPerItem)],
];

/** Every figure of each row; nothing to measure is a dash. */
export function FiguresTable({ label, first, rows }: { label: string; first: string; rows: readonly { id: string; name: string; figures: MetricFigures }[] }) {
  return (
    // relative: what stands in the columns beyond the edge widens this, not the page.
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="w-full text-right text-[13px] tabular-nums">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line [&>th]:whitespace-nowrap [&>th]:py-1.5 [&>th]:pl-4 [&>th]:font-normal">
            <th scope="col" className="!pl-0 text-left">
              {first}
            </th>
            {COLUMNS.map(([name], n) => (
              <th key={n} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, figures }) => (
            <tr key={id} className="border-b border-line [&>td]:whitespace-nowrap [&>td]:py-1.5 [&>td]:pl-4">
              <th scope="row" className="whitespace-nowrap text-left font-medium">
                {name}
              </th>
              {COLUMNS.map(([, show], n) => (
                <td key={n}>{show(figures)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
