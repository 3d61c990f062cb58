import { METRICS_PERIODS } from '../../../server/contracts/vocabulary.ts';

/** What the address of the metrics asks for. Pure. @param value of a name in the address, '' where it is not there */
export function metricsQuery(value: (name: string) => string) {
  const period = METRICS_PERIODS.find((each) => each === value('period')) ?? 'week';
  return { period, ...(value('repo') ? { repo: value('repo') } : {}) };
}
