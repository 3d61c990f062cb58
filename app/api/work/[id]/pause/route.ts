import { workItemSchema } from '../../../../../server/contracts/rest.ts';
import { pauseWorkItem } from '../../../../../server/services/work/pause-work-item.ts';
import { answer, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params }) => answer(workItemSchema, await pauseWorkItem(ctx, { id: params.id ?? '' })));
