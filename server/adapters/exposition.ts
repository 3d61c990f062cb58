import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Sample } from '../contracts/samples.ts';

/** Process's own figures: memory, CPU, event loop; counted from the first scrape on. */
let ofProcess: Registry | null = null;

/**
 * Samples, and what this process says of itself, in Prometheus's text format.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function toExposition(samples: readonly Sample[]): Promise<{ text: string; contentType: string }> {
  ofProcess ??= startProcessFigures();
  const registry = new Registry();
  for (const { name, help, type, values } of samples) {
    if (values.length === 0) continue;
    const options = { name, help, labelNames: Object.keys(values[0]?.labels ?? {}), registers: [registry] };
    const metric = type === 'gauge' ? new Gauge(options) : new Counter(options);
    for (const { labels = {}, value } of values) metric.inc(labels, value);
  }
  return { text: await Registry.merge([registry, ofProcess]).metrics(), contentType: registry.contentType };
}

function startProcessFigures(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
