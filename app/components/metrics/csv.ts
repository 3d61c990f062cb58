import type { MetricFigures, Metrics } from '../../../server/contracts/metrics.ts';
import { toCsv } from './format.ts';

const USD_DECIMALS = 6;

/** All that the screen shows as a file: the period, each piece of it, each repository; what cannot be measured is empty. Pure. */
export function metricsCsv(metrics: Metrics): string {
  const { period, since, repo, summary, buckets, byRepo } = metrics;
  const whole = repo ?? '';
  return toCsv([
    row('period', since, whole, summary),
    ...buckets.map(({ at, ...figures }) => row(period === 'day' ? 'hour' : 'day', at, whole, figures)),
    ...byRepo.map(({ repo: name, ...figures }) => row('repository', since, name, figures)),
  ]);
}

function row(of: string, from: string, repository: string, figures: MetricFigures) {
  return { of, from, repository, ...figures, usd: money(figures.usd), usdPerMergedPr: figures.usdPerMergedPr === null ? null : money(figures.usdPerMergedPr) };
}

/** A sum of binary fractions ends in digits that nobody spent. */
const money = (usd: number): number => Number(usd.toFixed(USD_DECIMALS));
