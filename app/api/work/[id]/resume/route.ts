import { workItemSchema } from '../../../../../server/contracts/rest.ts';
import { resumeWorkItem } from '../../../../../server/services/work/resume-work-item.ts';
import { answer, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params }) => answer(workItemSchema, await resumeWorkItem(ctx, { id: params.id ?? '' })));
