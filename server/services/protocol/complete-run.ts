import { type z } from 'zod';
import type { completeRequestSchema, completeResponseSchema } from '../../contracts/worker-protocol.ts';
import { AppError } from '../../domain/app-error.ts';
import { parseSpec } from '../../domain/specs/spec.ts';
import { readWorkSettings } from '../settings/repositories/read-repository.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';
import { publishRun } from '../publication/publish-run.ts';

/**
 * A worker claims that all is done at this commit. It must be the one the gate accepted last, and every task of the stored spec
 * must be checked; then the verifier decides. Without a verify command nothing can: the work goes out as a draft.
 * @throws AppError not_ready where the claim is not true
 */
export async function completeRun(ctx: Ctx, { commit }: z.output<typeof completeRequestSchema>): Promise<z.infer<typeof completeResponseSchema>> {
  return ctx.db.$transaction(async (tx) => {
    const { item, run } = await lockLiveRun(ctx, tx);
    if (run.claimedCommit === commit && (run.state === 'verifying' || run.state === 'publishing')) return { round: run.verifyRound, openTasks: [] };
    if (run.state !== 'running') throw new AppError('not_ready', `Nothing can be claimed while the run is ${run.state}.`);
    const open = parseSpec(item.spec).tasks.filter((task) => !task.done);
    if (open.length > 0) {
      throw new AppError(
        'not_ready',
        `${open.length} of ${item.tasksTotal} tasks are open: ${open
          .map((task) => task.text)
          .slice(0, 20)
          .join('; ')}`.slice(0, 4000),
      );
    }
    if (commit !== item.headCommit) throw new AppError('not_ready', `Commit ${commit} is not the one that was accepted last (${item.headCommit ?? 'none'}).`);
    if (commit === item.baseCommit) throw new AppError('not_ready', 'Nothing was committed.');
    const { verify } = await readWorkSettings(tx, ctx.config, item);
    const round = run.verifyRound + 1;
    const claim = { claimedCommit: commit, verifyRound: round, verifyExit: null, verifyLog: null, verifierRef: null, verifyStartedAt: null };
    await tx.run.update({ where: { id: run.id }, data: { ...claim, state: 'verifying', stateAt: ctx.now() } });
    if (verify === null) await publishRun(ctx, tx, { runId: run.id, verified: null });
    return { round, openTasks: [] };
  });
}
