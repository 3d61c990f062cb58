import { newId } from '../../db/ids.ts';
import { lockBudget } from '../../db/locks.ts';
import { decideDailyBudget } from '../../domain/runs/admission.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { readItemUsage } from './grant-iteration.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';
import { readLimits } from '../settings/read-limits.ts';
import { readUsage } from '../status/read-usage.ts';

/**
 * Sets aside the most that a call can cost before it is forwarded, so that no number of calls at once overshoots a budget.
 * @throws AppError forbidden with the budget that is spent
 */
export async function reserveModelCall(ctx: Ctx, input: { runId: string; model: string; reservedUsd: number }): Promise<{ id: string }> {
  const now = ctx.now();
  return ctx.db.$transaction(async (tx) => {
    await lockBudget(tx);
    const { item, run } = await lockLiveRun(ctx, tx);
    if (run.state !== 'running') throw new AppError('forbidden', `The model is not to be called while the run is ${run.state}.`);
    const used = await readItemUsage(tx, item);
    if (used.usd + input.reservedUsd > item.maxUsd) {
      throw new AppError(
        'forbidden',
        `Budget: ${used.usd.toFixed(2)} of this work item's ${item.maxUsd} USD are spent, and this call may cost ${input.reservedUsd.toFixed(2)}.`,
      );
    }
    const { limits } = await readLimits(tx, ctx.config.limits);
    const today = await readUsage(tx, { now, timeZone: limits.timeZone });
    const spent = decideDailyBudget({ iterationsToday: 0, usdToday: today.usdToday + input.reservedUsd }, limits, now);
    if (spent) throw new AppError('forbidden', `Budget: ${spent.reason}.`);
    const id = newId();
    await tx.modelCall.create({ data: { id, runId: run.id, model: input.model, reservedUsd: input.reservedUsd, startedAt: now } });
    return { id };
  });
}
