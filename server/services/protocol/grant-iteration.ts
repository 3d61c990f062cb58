import type { z } from 'zod';
import type { iterationRequestSchema, IterationResponse, MessageForWorker } from '../../contracts/worker-protocol.ts';
import type { Tx } from '../../db/client.ts';
import { lockBudget } from '../../db/locks.ts';
import { decideDailyBudget } from '../../domain/runs/admission.ts';
import { capsCountSince } from '../../domain/specs/item-caps.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';
import { readLimits } from '../settings/read-limits.ts';
import { readUsage } from '../status/read-usage.ts';

const MESSAGES_MAX = 20;

/**
 * May the run begin its n-th iteration? Counted in the same transaction, once: a repeat of n gets the same answer.
 * @throws AppError bad_request where n is not the next one
 */
export async function grantIteration(ctx: Ctx, { n }: z.output<typeof iterationRequestSchema>): Promise<IterationResponse> {
  const now = ctx.now();
  return ctx.db.$transaction(async (tx): Promise<IterationResponse> => {
    await lockBudget(tx);
    const { item, run } = await lockLiveRun(ctx, tx);
    if (n <= run.iterations) return { granted: true, n, messages: await unreadMessages(tx, item.id), learnings: [] };
    if (n !== run.iterations + 1) throw new AppError('bad_request', `n: the next iteration is ${run.iterations + 1}.`);
    if (run.state !== 'running') throw new AppError('not_ready', `No iteration begins while the run is ${run.state}.`);
    if (run.order === 'yield') return { granted: false, reason: 'asked to yield', next: 'yield' };
    const used = await readItemUsage(tx, item);
    if (used.iterations >= item.maxIterations) return { granted: false, reason: iterationsUsed(item.maxIterations), next: 'stuck' };
    if (used.usd >= item.maxUsd) return { granted: false, reason: `the ${item.maxUsd} USD of this work item are spent`, next: 'stuck' };
    const { limits, pause } = await readLimits(tx, ctx.config.limits);
    if (pause) return { granted: false, reason: pause.reason, next: 'yield' };
    const spent = decideDailyBudget(await readUsage(tx, { now, timeZone: limits.timeZone }), limits, now);
    if (spent) return { granted: false, reason: spent.reason, next: 'yield' };
    const supervisor = await tx.supervisor.findUnique({ where: { id: run.owner }, select: { pauseReason: true, pauseUntil: true } });
    if (supervisor?.pauseReason && (supervisor.pauseUntil === null || supervisor.pauseUntil > now)) {
      return { granted: false, reason: supervisor.pauseReason, next: 'yield' };
    }
    await tx.iteration.create({ data: { runId: run.id, n, grantedAt: now } });
    await tx.run.update({ where: { id: run.id }, data: { iterations: n } });
    return { granted: true, n, messages: await unreadMessages(tx, item.id), learnings: [] };
  });
}

/** Words from people that no prompt has held yet, oldest first; few enough for one prompt. */
async function unreadMessages(tx: Tx, workItemId: string): Promise<MessageForWorker[]> {
  const rows = await tx.message.findMany({ where: { workItemId, readAt: null }, orderBy: { at: 'asc' }, take: MESSAGES_MAX });
  return rows.map(({ id, author, at, text }) => ({ id, from: author, at: at.toISOString(), text }));
}

/** What an item used of its own caps since a person last asked for it. */
export async function readItemUsage(tx: Tx, item: { id: string; queuedAt: Date | null; createdAt: Date }): Promise<{ iterations: number; usd: number }> {
  const runs = await tx.run.findMany({ where: { workItemId: item.id, createdAt: { gte: capsCountSince(item) } }, select: { id: true, iterations: true } });
  const calls = await tx.modelCall.findMany({ where: { runId: { in: runs.map((run) => run.id) } }, select: { reservedUsd: true, costUsd: true } });
  return {
    iterations: runs.reduce((sum, run) => sum + run.iterations, 0),
    usd: calls.reduce((sum, call) => sum + (call.costUsd ?? call.reservedUsd), 0),
  };
}

function iterationsUsed(most: number): string {
  return most === 1 ? 'the one iteration of this work item is used' : `all ${most} iterations of this work item are used`;
}
