import type { Ctx } from '../context.ts';

/** More than these make no difference. */
const MOST = 10;

/** How many of an item's newest runs, one after the other, ended before they had a worker, by no fault of the item's. */
export async function countTriesInVain(ctx: Ctx, { workItemId }: { workItemId: string }): Promise<number> {
  const newest = await ctx.db.run.findMany({
    where: { workItemId, endedAt: { not: null } },
    orderBy: { createdAt: 'desc' },
    take: MOST,
    select: { reason: true, workerRef: true },
  });
  const other = newest.findIndex(({ reason, workerRef }) => reason !== 'engine_error' || workerRef !== null);
  return other < 0 ? newest.length : other;
}
