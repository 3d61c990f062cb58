import { type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import type { Prisma } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import { countTasks, parseSpec } from '../../domain/specs/spec.ts';
import { RETRYABLE_STATES } from '../../domain/work/states.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { moveWorkItem } from './move-work-item.ts';
import { queueWorkItem } from './queue-work-item.ts';

/**
 * Queues again what stopped. Goes on with the same branch from the last accepted commit and the spec stored with it; `fresh`
 * takes a new branch and the spec as it was submitted. Attempts and the item's own caps count anew.
 * @throws AppError not_found; conflict with the state where there is nothing to retry
 */
export async function retryWorkItem(ctx: Ctx, { id, fresh }: { id: string; fresh: boolean }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const now = ctx.now();
  const actor = actorName(ctx.actor);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    const item = await tx.workItem.findUnique({ where: { id } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const start: Prisma.WorkItemUpdateManyMutationInput = fresh
      ? {
          ...{ branch: null, branchSuffix: item.branchSuffix + 1, baseCommit: null, headCommit: null, remoteCommit: null },
          ...{ spec: item.originalSpec, tasksDone: countTasks(parseSpec(item.originalSpec).tasks).done, prNumber: null, prUrl: null },
        }
      : {};
    const set = { ...start, attempts: 0, verified: null, stateReason: null, lastError: null, endedAt: null, notBefore: null, queuedAt: now };
    const why = `${fresh ? 'retried fresh' : 'retried'} by ${actor}`;
    if (!(await moveWorkItem(tx, { id, from: RETRYABLE_STATES, to: 'queued', actor, why, fromWhere: ctx.fromWhere, now, set }))) {
      const state = workItemStateSchema.parse(item.state);
      throw new AppError('conflict', `It cannot be retried: it is ${state}.`, { state });
    }
    await queueWorkItem(tx, ctx.queue, { id, now });
  });
  return getWorkItem(ctx, { id });
}
