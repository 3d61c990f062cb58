import type { IterationResponse } from '../contracts/worker-protocol.ts';
import { decideDailyBudget } from '../domain/admission.ts';
import { AppError } from '../domain/app-error.ts';
import type { Ctx } from './context.ts';
import { lockCallingRun } from './lock-run.ts';
import { lockBudget, readItemUsage } from './read-item-usage.ts';
import { readUsage } from './read-usage.ts';

/**
 * Grants iteration n of the calling run, counted once: a repeat gets the same answer. A spent budget of the day or a pause
 * means yield; the item's own caps (counted over its runs since a person last queued it) mean stuck.
 * @throws AppError bad_request where n is not the next one; not_ready where the run does not iterate now
 */
export async function grantIteration(ctx: Ctx, { n }: { n: number }): Promise<IterationResponse> {
  return ctx.db.$transaction(async (tx): Promise<IterationResponse> => {
    const run = await lockCallingRun(tx, ctx);
    if (n <= run.iterations) return { granted: true, n };
    if (n !== run.iterations + 1) throw new AppError('bad_request', `n: ${run.iterations + 1} is the next iteration.`, { field: 'n' });
    if (run.state !== 'running') throw new AppError('not_ready', `No iteration now: the run is ${run.state}.`, { state: run.state });
    const now = ctx.now();
    if (run.order !== null) return { granted: false, reason: `ordered to ${run.order}`, next: 'yield' };
    const item = run.workItem;
    const used = await readItemUsage(tx, item);
    if (used.iterations >= item.maxIterations)
      return { granted: false, reason: `all ${item.maxIterations} iterations of this work item are used`, next: 'stuck' };
    if (used.costUsd >= item.maxUsd) return { granted: false, reason: `the ${item.maxUsd} USD of this work item are spent`, next: 'stuck' };
    const supervisor = await tx.supervisor.findUnique({ where: { id: run.owner }, select: { pauseReason: true, pauseUntil: true } });
    if (supervisor?.pauseReason && (supervisor.pauseUntil === null || supervisor.pauseUntil > now)) {
      return { granted: false, reason: supervisor.pauseReason, next: 'yield' };
    }
    await lockBudget(tx);
    const spent = decideDailyBudget(await readUsage(tx, { now, timeZone: ctx.config.limits.timeZone }), ctx.config.limits, now);
    if (spent) return { granted: false, reason: spent.reason, next: 'yield' };
    await tx.iteration.create({ data: { runId: run.id, n, grantedAt: now } });
    await tx.run.update({ where: { id: run.id }, data: { iterations: n } });
    return { granted: true, n };
  });
}
