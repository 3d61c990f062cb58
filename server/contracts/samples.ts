/** One metric as Prometheus knows it; without values it is not there, which is not zero. */
export interface Sample {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  values: { labels?: Record<string, string>; value: number }[];
}
