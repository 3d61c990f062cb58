import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';

/** The gate accepted a push: this commit is now the newest of the run and its item. Fenced. */
export async function recordPush(ctx: Ctx, { runId, commit }: { runId: string; commit: string }): Promise<void> {
  await ctx.db.$transaction(async (tx) => {
    const { item, run } = await lockLiveRun(ctx, tx);
    if (run.id !== runId) throw new AppError('forbidden', 'This token is of another run.');
    if (run.state !== 'running' && run.state !== 'starting') throw new AppError('not_ready', `Nothing is taken while the run is ${run.state}.`);
    await tx.run.update({ where: { id: runId }, data: { headCommit: commit } });
    await tx.workItem.update({ where: { id: item.id }, data: { headCommit: commit } });
  });
}
