import { z } from 'zod';
import type { WorkItemRow } from '../../../contracts/rest.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { toWorkItemRow } from './work-item-view.ts';
import { queryText, workFiltersSchema, workWhere } from './work-where.ts';

export const listWorkItemsSchema = workFiltersSchema.extend({
  limit: z.number().int().min(1).max(200).default(100),
  /** nextCursor of the page before. */
  cursor: queryText(64).nullish(),
});

/** Work items, newest first, a page at a time. */
export async function listWorkItems(ctx: Ctx, input: z.input<typeof listWorkItemsSchema>): Promise<{ items: WorkItemRow[]; nextCursor: string | null }> {
  authoriseView(ctx);
  const { limit, cursor, ...filters } = parseInput(listWorkItemsSchema, input);
  const items = await ctx.db.workItem.findMany({
    where: workWhere(filters),
    include: { runs: { select: { iterations: true, costUsd: true } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    ...(cursor ? { cursor: { id: cursor }, skip: 1 } : {}),
  });
  const page = items.slice(0, limit);
  return { items: page.map(toWorkItemRow), nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null };
}
