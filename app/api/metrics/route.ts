import { metricsSchema } from '../../../server/contracts/metrics.ts';
import { getMetrics } from '../../../server/services/metrics/get-metrics.ts';
import { answer, route } from '../rest.ts';

export const GET = route(async ({ ctx, request }) => {
  const query = new URL(request.url).searchParams;
  return answer(metricsSchema, await getMetrics(ctx, { period: query.get('period') ?? undefined, repo: query.get('repo') ?? undefined }));
});
