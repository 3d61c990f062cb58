import { workItemSchema } from '../../../../../server/contracts/rest.ts';
import { requestDraftPullRequest } from '../../../../../server/services/work/request-draft-pull-request.ts';
import { answer, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params }) => answer(workItemSchema, await requestDraftPullRequest(ctx, { id: params.id ?? '' })));
