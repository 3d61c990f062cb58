import { type z } from 'zod';
import { prioritySchema, type queueSchema } from '../contracts/rest.ts';
import { queuePriority } from '../domain/priority.ts';
import { authoriseTeam } from './authorise.ts';
import type { Ctx } from './context.ts';

/** What waits, in the order in which it will be taken, with the reason of each. */
export async function getQueue(ctx: Ctx): Promise<z.infer<typeof queueSchema>> {
  authoriseTeam(ctx);
  const items = await ctx.db.workItem.findMany({ where: { state: 'queued' }, orderBy: { queuedAt: 'asc' }, take: 1000 });
  const rank = (item: { priority: string }) => queuePriority(prioritySchema.parse(item.priority));
  return {
    items: items
      .sort((a, b) => rank(b) - rank(a))
      .map((item) => ({
        id: item.id,
        title: item.title,
        repo: item.repo,
        priority: prioritySchema.parse(item.priority),
        queuedAt: item.queuedAt?.toISOString() ?? null,
        waitingReason: item.waitingReason,
        waitingUntil: item.waitingUntil?.toISOString() ?? null,
      })),
  };
}
