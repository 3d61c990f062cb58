import { expect, test } from 'vitest';
import type { MetricFigures, Metrics } from '../../../server/contracts/metrics.ts';
import { metricsCsv } from './csv.ts';

const figures: MetricFigures = {
  ...{ delivered: 2, unverified: 1, closed: 0, stuck: 0, failed: 1, successRate: 0.5, durationP50Seconds: 60, durationP95Seconds: 90 },
  ...{ queueWaitP50Seconds: null, queueWaitP95Seconds: null, merged: 1, usd: 0.1 + 0.2, usdPerMergedPr: 0.1 + 0.2, iterations: 4, iterationsPerItem: 1.5 },
};

test('the file has the period, each day and each repository, with every figure of the screen', () => {
  const at = '2026-11-23T00:00:00.000Z';
  const metrics: Metrics = { period: 'week', since: at, repo: null, summary: figures, buckets: [{ at, ...figures }], byRepo: [{ repo: 'a/b', ...figures }] };
  const values = '2,1,0,0,1,0.5,60,90,,,1,0.3,0.3,4,1.5';
  expect(metricsCsv(metrics).split('\r\n')).toEqual([
    'of,from,repository,delivered,unverified,closed,stuck,failed,successRate,durationP50Seconds,durationP95Seconds,queueWaitP50Seconds,queueWaitP95Seconds,merged,usd,usdPerMergedPr,iterations,iterationsPerItem',
    `period,${at},,${values}`,
    `day,${at},,${values}`,
    `repository,${at},a/b,${values}`,
  ]);
});
