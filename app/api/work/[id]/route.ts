import { workItemSchema } from '../../../../server/contracts/rest.ts';
import { getWorkItem } from '../../../../server/services/work/read/get-work-item.ts';
import { changeWorkItem } from '../../../../server/services/work/change-work-item.ts';
import { answer, readJson, route } from '../../rest.ts';

export const GET = route(async ({ ctx, params }) => answer(workItemSchema, await getWorkItem(ctx, { id: params.id ?? '' })));

export const PATCH = route(async ({ ctx, request, params }) =>
  answer(workItemSchema, await changeWorkItem(ctx, { id: params.id ?? '', change: await readJson(request) })),
);
