import { workItemSchema } from '../../../../server/contracts/rest.ts';
import { getWorkItem } from '../../../../server/services/work/get-work-item.ts';
import { answer, route } from '../../rest.ts';

export const GET = route(async ({ ctx, params }) => answer(workItemSchema, await getWorkItem(ctx, { id: params.id ?? '' })));
