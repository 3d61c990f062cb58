import { z } from 'zod';
import type { RegisterResponse } from '../contracts/worker-protocol.ts';
import { AppError } from '../domain/app-error.ts';
import { authoriseRun } from './authorise.ts';
import type { Ctx } from './context.ts';
import { lockCallingRun } from './lock-run.ts';
import { searchLearnings } from './search-learnings.ts';

const agentSchema = z.enum(['claude', 'demo', 'command']);

/**
 * A worker or verifier says that it is up, and hears everything that it needs. May be repeated.
 * @throws AppError unauthorized or conflict where the run is not live; not_ready for a verifier whose claim is gone
 */
export async function registerWorker(ctx: Ctx): Promise<RegisterResponse> {
  const { role } = authoriseRun(ctx);
  const { learnings } = await searchLearnings(ctx, { q: '' });
  return ctx.db.$transaction(async (tx) => {
    const run = await lockCallingRun(tx, ctx);
    const item = run.workItem;
    const now = ctx.now();
    if (role === 'verifier' && run.state !== 'verifying') throw new AppError('not_ready', `Nothing is to be verified: the run is ${run.state}.`);
    if (role === 'worker') {
      const started = run.state === 'starting' ? { state: 'running', stateAt: now } : {};
      await tx.run.update({ where: { id: run.id }, data: { ...started, registeredAt: run.registeredAt ?? now, lastBeatAt: now } });
    }
    const startCommit = role === 'verifier' ? run.claimedCommit : run.startCommit;
    if (startCommit === null) throw new AppError('unavailable', 'The run’s branch is not ready yet.');
    return {
      runId: run.id,
      workItemId: item.id,
      role,
      title: item.title,
      repo: item.repo,
      gitPath: `/git/${run.id}.git`,
      branch: run.branch,
      startCommit,
      spec: item.spec,
      setup: item.setup ?? ctx.config.setupCommand,
      verify: item.verify ?? ctx.config.verifyCommand,
      agent: agentSchema.parse(run.agent),
      agentCommand: ctx.config.agentCommand ?? null,
      model: ctx.config.model ?? null,
      maxIterations: item.maxIterations,
      iterationsUsed: run.iterations,
      lastWorkerSeq: run.lastWorkerSeq,
      learnings,
    };
  });
}
