import type { Ctx } from '../context.ts';

/** Keeps this supervisor from claiming, for a fault of engine, image, disk, GitHub or a credential; shown with its reason. */
export async function pauseAdmission(ctx: Ctx, { supervisorId, reason, until }: { supervisorId: string; reason: string; until: Date | null }): Promise<void> {
  await ctx.db.supervisor.updateMany({ where: { id: supervisorId }, data: { pauseReason: reason.slice(0, 2000), pauseUntil: until } });
}
