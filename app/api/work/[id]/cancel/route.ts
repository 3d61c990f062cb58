import { workItemSchema } from '../../../../../server/contracts/rest.ts';
import { cancelWorkItem } from '../../../../../server/services/work/cancel-work-item.ts';
import { answer, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params }) => answer(workItemSchema, await cancelWorkItem(ctx, { id: params.id ?? '' })));
