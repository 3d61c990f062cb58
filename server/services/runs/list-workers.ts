import { type z } from 'zod';
import { runStateSchema, type workersSchema } from '../../contracts/rest.ts';
import { ALIVE_RUN_STATES } from '../../domain/states.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Workers that live now, newest first. */
export async function listWorkers(ctx: Ctx): Promise<z.infer<typeof workersSchema>> {
  authoriseView(ctx);
  const runs = await ctx.db.run.findMany({
    where: { state: { in: [...ALIVE_RUN_STATES] } },
    include: { workItem: { select: { title: true, repo: true } } },
    orderBy: { createdAt: 'desc' },
    take: 500,
  });
  return {
    workers: runs.map((run) => ({
      id: run.id,
      workItemId: run.workItemId,
      title: run.workItem.title,
      repo: run.workItem.repo,
      state: runStateSchema.parse(run.state),
      iteration: run.iterations,
      runtime: run.runtime,
      agent: run.agent,
      isolated: run.isolated,
      lastBeatAt: run.lastBeatAt?.toISOString() ?? null,
      startedAt: run.createdAt.toISOString(),
      costUsd: run.costUsd,
      tokens: run.inputTokens + run.outputTokens,
      supervisor: run.owner,
    })),
  };
}
