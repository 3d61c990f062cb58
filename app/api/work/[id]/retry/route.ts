import { retrySchema, workItemSchema } from '../../../../../server/contracts/rest.ts';
import { parseInput } from '../../../../../server/services/parse-input.ts';
import { retryWorkItem } from '../../../../../server/services/work/retry-work-item.ts';
import { answer, readOptionalJson, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params, request }) => {
  const { fresh } = parseInput(retrySchema, await readOptionalJson(request));
  return answer(workItemSchema, await retryWorkItem(ctx, { id: params.id ?? '', fresh }));
});
