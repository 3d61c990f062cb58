import type { RegisterResponse } from '../../contracts/worker-protocol.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';
import { readWorkSettings } from '../settings/repositories/read-repository.ts';

/** The worker (or verifier) is up and asks what to do; asking again changes nothing. */
export async function registerWorker(ctx: Ctx): Promise<RegisterResponse> {
  const { role } = authoriseRun(ctx);
  const now = ctx.now();
  const { item, run } = await ctx.db.$transaction(async (tx) => {
    const found = await lockLiveRun(ctx, tx);
    if (role === 'worker') {
      const state = found.run.state === 'starting' ? { state: 'running', stateAt: now } : {};
      await tx.run.update({ where: { id: found.run.id }, data: { ...state, registeredAt: found.run.registeredAt ?? now, lastBeatAt: now } });
    }
    return found;
  });
  const { setup, verify, testEnv } = await readWorkSettings(ctx.db, ctx.config, item);
  return {
    runId: run.id,
    workItemId: item.id,
    role,
    title: item.title,
    repo: item.repo,
    gitPath: `/git/${run.id}.git`,
    branch: run.branch,
    startCommit: (role === 'verifier' ? run.claimedCommit : run.headCommit) ?? run.startCommit ?? '',
    spec: item.spec,
    setup,
    verify,
    testEnv,
    agent: run.agent === 'claude' || run.agent === 'command' ? run.agent : 'demo',
    agentCommand: run.agent === 'command' ? ctx.config.agentCommand : null,
    model: null,
    maxIterations: item.maxIterations,
    iterationsUsed: run.iterations,
    lastWorkerSeq: run.lastWorkerSeq,
  };
}
