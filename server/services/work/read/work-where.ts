import { z } from 'zod';
import { prioritySchema, workItemStateSchema } from '../../../contracts/rest.ts';
import type { Prisma } from '../../../db/client.ts';
import { WORK_TEXT_MAX } from '../../../contracts/vocabulary.ts';

export const queryText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not hold a NUL byte');

/** What work items can be filtered by. */
export const workFiltersSchema = z.object({
  state: z.array(workItemStateSchema).max(12).optional(),
  repo: queryText(WORK_TEXT_MAX.repo).optional(),
  priority: z.array(prioritySchema).max(4).optional(),
  source: queryText(WORK_TEXT_MAX.source).optional(),
  /** Words of the title, the repository or the id. */
  q: queryText(WORK_TEXT_MAX.q).trim().optional(),
});

export function workWhere({ state, repo, priority, source, q }: z.output<typeof workFiltersSchema>): Prisma.WorkItemWhereInput {
  const contains = q ? { contains: q, mode: 'insensitive' as const } : undefined;
  return {
    ...(state && state.length > 0 ? { state: { in: state } } : {}),
    ...(repo ? { repo } : {}),
    ...(priority && priority.length > 0 ? { priority: { in: priority } } : {}),
    ...(source ? { source } : {}),
    ...(contains ? { OR: [{ title: contains }, { repo: contains }, { id: contains }] } : {}),
  };
}
