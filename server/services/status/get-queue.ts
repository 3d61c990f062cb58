import { type z } from 'zod';
import { prioritySchema, type queueSchema } from '../../contracts/rest.ts';
import type { Prisma } from '../../db/client.ts';
import { queuePriority } from '../../domain/work/priority.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const SHOWN_MAX = 1_000;
/** Not its spec, which may be as large as a file: every open tab asks again and again. */
const SHOWN = { id: true, title: true, repo: true, priority: true, queuedAt: true, waitingReason: true, waitingUntil: true } as const;
type WaitingItem = Prisma.WorkItemGetPayload<{ select: typeof SHOWN }>;

/** What waits, in the order in which it will be taken, with the reason of each. */
export async function getQueue(ctx: Ctx, { most = SHOWN_MAX }: { most?: number } = {}): Promise<z.infer<typeof queueSchema>> {
  authoriseView(ctx);
  const priorities = [...prioritySchema.options].sort((a, b) => queuePriority(b) - queuePriority(a));
  const items: WaitingItem[] = [];
  for (const priority of priorities) {
    const take = most - items.length;
    if (take > 0)
      items.push(
        ...(await ctx.db.workItem.findMany({ where: { state: 'queued', priority }, select: SHOWN, orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }], take })),
      );
  }
  return {
    items: items.map((item) => ({
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
