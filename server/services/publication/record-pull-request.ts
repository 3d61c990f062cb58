import { DRAFTABLE_STATES } from '../../domain/work/states.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { WorkOutboxRow } from '../outbox/claim-outbox.ts';
import { closeOutboxRow } from '../outbox/close-outbox-row.ts';
import { actorName, type Ctx } from '../context.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { recordPublishEvent } from './record-publish-event.ts';
import { settlePublication } from './settle-publication.ts';

/**
 * The pull request is there: stores it and moves the item to in_review, with its run where one was publishing,
 * or from stuck, failed, paused or cancelled where a person asked for a draft.
 * @returns false where another holder has the row by now; nothing was written
 */
export async function recordPullRequest(ctx: Ctx, input: { row: WorkOutboxRow; supervisorId: string; number: number; url: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const { row } = input;
  return ctx.db.$transaction(async (tx) => {
    if (!(await closeOutboxRow(tx, { id: row.id, supervisorId: input.supervisorId, now: ctx.now() }))) return false;
    await tx.workItem.update({ where: { id: row.workItemId }, data: { prNumber: input.number, prUrl: input.url } });
    const text = `Pull request #${input.number}: ${input.url}`;
    const data = { prUrl: input.url, number: input.number };
    await recordPublishEvent(tx, { workItemId: row.workItemId, runId: row.runId, text, now: ctx.now(), data });
    await settlePublication(ctx, tx, { runId: row.runId });
    const draft = { from: DRAFTABLE_STATES, to: 'in_review', actor: actorName(ctx.actor), why: 'draft pull request opened', now: ctx.now() } as const;
    await moveWorkItem(tx, { id: row.workItemId, ...draft });
    return true;
  });
}
