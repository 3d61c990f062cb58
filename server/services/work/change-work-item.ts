import { changeWorkSchema, type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { CHANGEABLE_STATES } from '../../domain/work/states.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { queueWorkItem } from './queue-work-item.ts';

/**
 * Changes priority and budgets of what waits, runs or stopped; effective at once: the queue's job follows the priority, and the next
 * iteration and model call ask the new caps.
 * @throws AppError not_found, bad_request with the field; conflict with the state where the work is over
 */
export async function changeWorkItem(ctx: Ctx, input: { id: string; change: unknown }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const { id } = input;
  const change = parseInput(changeWorkSchema, input.change);
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const state = workItemStateSchema.parse(item.state);
    if (!CHANGEABLE_STATES.some((each) => each === state)) throw new AppError('conflict', `It cannot be changed: it is ${state}.`, { state });
    const now = { priority: item.priority, maxIterations: item.maxIterations, maxUsd: item.maxUsd };
    const wanted = { ...now, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
    const changed = (['priority', 'maxIterations', 'maxUsd'] as const).filter((field) => wanted[field] !== now[field]);
    if (changed.length === 0) return;
    await tx.workItem.update({ where: { id }, data: { ...wanted } });
    if (changed.includes('priority') && item.jobId !== null) {
      // pg-boss has no change of a job's priority: it gets another one.
      await ctx.queue.cancel(tx, item.jobId);
      await queueWorkItem(tx, ctx.queue, { id, now: ctx.now() });
    }
    for (const field of changed) await recordAudit(tx, ctx, { action: `change.${field}`, workItemId: id, from: String(now[field]), to: String(wanted[field]) });
    await notify(tx, { kind: 'moved', items: [id] });
  });
  return getWorkItem(ctx, { id });
}
