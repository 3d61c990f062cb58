import { foundLearningsSchema } from '../../../server/contracts/learnings.ts';
import { findLearnings } from '../../../server/services/learnings/find-learnings.ts';
import { answer, route } from '../rest.ts';

export const GET = route(async ({ ctx, request }) => {
  return answer(foundLearningsSchema, await findLearnings(ctx, Object.fromEntries(new URL(request.url).searchParams)));
});
