import type { Tx } from '../../db/client.ts';
import type { Ctx } from '../context.ts';
import { enqueueOutbox } from '../outbox/enqueue-outbox.ts';

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
