import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Gives up the leases that this supervisor held before it was started again. Call before the first claim only. */
export async function releaseOutbox(ctx: Ctx, input: { supervisorId: string }): Promise<number> {
  authoriseSupervisor(ctx);
  const { count } = await ctx.db.outbox.updateMany({
    where: { lockedBy: input.supervisorId, state: 'pending', lockedUntil: { not: null } },
    data: { lockedUntil: null },
  });
  return count;
}
