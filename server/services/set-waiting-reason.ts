import { authoriseSupervisor } from './authorise.ts';
import type { Ctx } from './context.ts';

/** Stores with every queued item that could start now why it does not; those that wait for a time or a blocker keep their own reason. */
export async function setWaitingReason(ctx: Ctx, { reason, until }: { reason: string; until: Date | null }): Promise<void> {
  authoriseSupervisor(ctx);
  const now = ctx.now();
  await ctx.db.workItem.updateMany({
    where: {
      state: 'queued',
      jobId: { not: null },
      AND: [{ OR: [{ notBefore: null }, { notBefore: { lte: now } }] }, { OR: [{ waitingReason: null }, { waitingReason: { not: reason } }] }],
    },
    data: { waitingReason: reason, waitingUntil: until },
  });
}
