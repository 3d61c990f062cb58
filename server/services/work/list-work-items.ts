import { z } from 'zod';
import { prioritySchema, type WorkItemRow, workItemStateSchema } from '../../contracts/rest.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { toWorkItemRow } from './work-item-view.ts';

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not hold a NUL byte');

export const listWorkItemsSchema = z.object({
  state: z.array(workItemStateSchema).max(12).optional(),
  repo: text(500).optional(),
  priority: z.array(prioritySchema).max(4).optional(),
  source: text(64).optional(),
  /** Words of the title, the repository or the id. */
  q: text(200).trim().optional(),
  limit: z.number().int().min(1).max(200).default(100),
  /** nextCursor of the page before. */
  cursor: text(64).nullish(),
});

/** Work items, newest first, a page at a time. */
export async function listWorkItems(ctx: Ctx, input: z.input<typeof listWorkItemsSchema>): Promise<{ items: WorkItemRow[]; nextCursor: string | null }> {
  authoriseView(ctx);
  const { state, repo, priority, source, q, limit, cursor } = parseInput(listWorkItemsSchema, input);
  const contains = q ? { contains: q, mode: 'insensitive' as const } : undefined;
  const items = await ctx.db.workItem.findMany({
    where: {
      ...(state && state.length > 0 ? { state: { in: state } } : {}),
      ...(repo ? { repo } : {}),
      ...(priority && priority.length > 0 ? { priority: { in: priority } } : {}),
      ...(source ? { source } : {}),
      ...(contains ? { OR: [{ title: contains }, { repo: contains }, { id: contains }] } : {}),
    },
    include: { runs: { select: { iterations: true, costUsd: true } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    ...(cursor ? { cursor: { id: cursor }, skip: 1 } : {}),
  });
  const page = items.slice(0, limit);
  return { items: page.map(toWorkItemRow), nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null };
}
