import { createdWorkSchema, workListQuerySchema, workListSchema } from '../../../server/contracts/rest.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { listWorkItems } from '../../../server/services/work/read/list-work-items.ts';
import { parseInput } from '../../../server/services/parse-input.ts';
import { answer, readJson, route } from '../rest.ts';

/** 201 with the new item; 200 with the one that exists for the same (source, sourceId). */
export const POST = route(async ({ ctx, request }) => {
  const { item, created, specDiffers } = await createWorkItem(ctx, await readJson(request));
  return answer(createdWorkSchema, { ...item, ...(specDiffers ? { specDiffers } : {}) }, created ? 201 : 200);
});

export const GET = route(async ({ ctx, request }) => {
  const query = new URL(request.url).searchParams;
  const optional = Object.fromEntries(['repo', 'q', 'cursor'].map((name) => [name, query.get(name) ?? undefined]));
  return answer(workListSchema, await listWorkItems(ctx, parseInput(workListQuerySchema, { state: query.getAll('state'), ...optional })));
});
