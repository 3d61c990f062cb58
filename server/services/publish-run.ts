import type { Tx } from '../db/client.ts';
import { actorName, type Ctx } from './context.ts';
import { endRun } from './end-run.ts';
import { enqueueOutbox } from './enqueue-outbox.ts';
import { moveWorkItem } from './move-work-item.ts';
import { unblockDependents } from './queue-work-item.ts';

/**
 * The work is done: the run publishes. Its branch is pushed and, on GitHub, its pull request opened by the outbox; a draft where
 * nothing verified it. Leases end here: the branch no longer changes.
 */
export async function publishRun(ctx: Ctx, tx: Tx, { runId, verified }: { runId: string; verified: true | null }): Promise<void> {
  const run = await tx.run.update({ where: { id: runId }, data: { state: 'publishing', stateAt: ctx.now() }, include: { workItem: true } });
  const item = run.workItem;
  const commit = run.claimedCommit ?? run.headCommit;
  if (!commit) throw new Error(`run ${runId} publishes without a commit`);
  await tx.workItem.update({ where: { id: item.id }, data: { verified } });
  await tx.lease.deleteMany({ where: { runId } });
  const row = { workItemId: item.id, runId, owner: run.owner };
  await enqueueOutbox(tx, { ...row, kind: 'push', dedupeKey: `push:${runId}:${commit}`, payload: { branch: run.branch, commit } });
  if (item.repoKind === 'github') {
    await enqueueOutbox(tx, { ...row, owner: null, kind: 'pull_request', dedupeKey: `pull_request:${runId}`, payload: { draft: verified === null } });
  }
}

/** Everything of a publishing run is out: it ends, and its item is in review, or completed where there is no pull request. */
export async function finishPublication(ctx: Ctx, tx: Tx, { runId }: { runId: string }): Promise<void> {
  const now = ctx.now();
  const run = await tx.run.findUniqueOrThrow({ where: { id: runId }, include: { workItem: true } });
  const item = run.workItem;
  const verified = item.verified === true;
  if (!(await endRun(tx, { runId, reason: verified ? 'verified' : 'unverified', now }))) return;
  const move = { id: item.id, from: ['running'], actor: actorName(ctx.actor), now, runId } as const;
  if (item.repoKind === 'github') {
    await moveWorkItem(tx, { ...move, to: 'in_review', why: 'pull request opened', set: { lastError: null } });
    return;
  }
  const why = verified ? 'branch pushed, verified' : 'branch pushed, not verified: no command';
  await moveWorkItem(tx, { ...move, to: 'completed', why, set: { verified, lastError: null, endedAt: now } });
  await unblockDependents(tx, ctx.queue, { id: item.id, now });
}
