import { toExposition } from '../../../server/adapters/exposition.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { readSamples } from '../../../server/services/metrics/read-samples.ts';
import { getServices } from '../../server/context.ts';
import { isOfThisMachine } from '../../server/request-guard.ts';
import { route } from '../rest.ts';

/** Reached as GET /metrics by what does not ask for a page (proxy.ts). */
export const GET = route(async ({ ctx, request }) => {
  const { prometheus } = getServices();
  if (prometheus === 'off') throw new AppError('not_found', 'Metrics for Prometheus are off: set METRICS=loopback or METRICS=all.');
  if (prometheus === 'loopback' && !isOfThisMachine(request)) {
    throw new AppError('forbidden', 'Metrics are for programs on this machine alone: scrape them here, or set METRICS=all.');
  }
  const { text, contentType } = await toExposition(await readSamples(ctx));
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
});
