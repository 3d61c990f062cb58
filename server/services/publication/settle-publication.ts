import type { Tx } from '../../db/client.ts';
import { actorName, type Ctx } from '../context.ts';
import { endRun } from '../runs/end-run.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { unblockDependents } from '../work/queue-work-item.ts';

/**
 * After a row is done: ends the run that was publishing, once nothing of it is left to do, and moves its item:
 * in_review where it has a pull request, completed where only a branch could be pushed.
 * A run that ended before (yielded, stuck) only wanted its branch pushed; nothing more happens then.
 */
export async function settlePublication(ctx: Ctx, tx: Tx, { runId }: { runId: string | null }): Promise<void> {
  if (runId === null) return;
  const run = await tx.run.findUnique({ where: { id: runId }, include: { workItem: true } });
  if (run?.state !== 'publishing') return;
  if ((await tx.outbox.count({ where: { runId, state: 'pending' } })) > 0) return;
  const now = ctx.now();
  const { workItem: item } = run;
  const verified = item.verified === true;
  if (!(await endRun(tx, { runId, reason: verified ? 'verified' : 'unverified', now }))) return;
  const move = { id: item.id, from: ['running'] as const, actor: actorName(ctx.actor), runId, now };
  if (item.repoKind === 'github') {
    await moveWorkItem(tx, { ...move, to: 'in_review', why: `pull request #${item.prNumber ?? 0} is open`, set: { lastError: null } });
    return;
  }
  const why = `branch ${run.branch} was pushed, ${verified ? 'verified' : 'not verified: no command'}`;
  if (await moveWorkItem(tx, { ...move, to: 'completed', why, set: { verified: item.verified, lastError: null, endedAt: now } })) {
    await unblockDependents(tx, ctx.queue, { id: item.id, now });
  }
}
