import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Stores what the engine said of a worker. @param input.cpuPercent of one core; null: not known yet */
export async function recordVitals(ctx: Ctx, input: { runId: string; cpuPercent: number | null; memoryBytes: number }): Promise<void> {
  authoriseSupervisor(ctx);
  const { runId, cpuPercent, memoryBytes } = input;
  await ctx.db.run.updateMany({ where: { id: runId, state: { not: 'ended' } }, data: { cpuPercent, memoryBytes, vitalsAt: ctx.now() } });
}
