import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Stores where a run starts from, before its worker is made. @returns false where the run has ended meanwhile */
export async function prepareRun(ctx: Ctx, input: { runId: string; startCommit: string; baseCommit: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  return ctx.db.$transaction(async (tx) => {
    const { count } = await tx.run.updateMany({
      where: { id: input.runId, state: { not: 'ended' } },
      data: { startCommit: input.startCommit },
    });
    if (count === 0) return false;
    const { workItemId } = await tx.run.findUniqueOrThrow({ where: { id: input.runId }, select: { workItemId: true } });
    await tx.workItem.updateMany({ where: { id: workItemId, baseCommit: null }, data: { baseCommit: input.baseCommit } });
    return true;
  });
}

/** Stores the runtime's name of a run's worker. @returns false where the run has ended meanwhile: the worker is to be removed */
export async function attachWorker(ctx: Ctx, input: { runId: string; workerRef: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const { count } = await ctx.db.run.updateMany({ where: { id: input.runId, state: { not: 'ended' } }, data: { workerRef: input.workerRef } });
  return count > 0;
}
