import { authoriseSupervisor } from '../authorise.ts';
import type { WorkOutboxRow } from '../outbox/claim-outbox.ts';
import type { Ctx } from '../context.ts';
import { closeOutboxRow } from '../outbox/close-outbox-row.ts';
import { recordPublishEvent } from './record-publish-event.ts';
import { settlePublication } from './settle-publication.ts';

/**
 * The remote's branch is at the row's commit: stores that tip (the next push leases it) and ends a run that waited only for this.
 * @returns false where another holder has the row by now; nothing was written
 */
export async function finishPush(ctx: Ctx, input: { row: WorkOutboxRow & { kind: 'push' }; supervisorId: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const { row } = input;
  return ctx.db.$transaction(async (tx) => {
    if (!(await closeOutboxRow(tx, { id: row.id, supervisorId: input.supervisorId, now: ctx.now() }))) return false;
    const { branch, commit } = row.payload;
    // A fresh retry may have given the item another branch meanwhile: its tip is another one.
    await tx.workItem.updateMany({ where: { id: row.workItemId, branch }, data: { remoteCommit: commit } });
    const text = `Pushed ${commit.slice(0, 12)} to ${branch}`;
    await recordPublishEvent(tx, { workItemId: row.workItemId, runId: row.runId, text, now: ctx.now(), data: { branch, commit } });
    await settlePublication(ctx, tx, { runId: row.runId });
    return true;
  });
}
