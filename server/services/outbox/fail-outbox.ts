import type { Tx } from '../../db/client.ts';
import { decideOutboxRetry } from '../../domain/runs/outbox.ts';
import { redact } from '../../domain/redaction.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { OutboxRow, ProposalOutboxRow, WorkOutboxRow } from './claim-outbox.ts';
import { closeRun } from '../runs/close-run.ts';
import type { Ctx } from '../context.ts';
import { recordPublishEvent } from '../publication/record-publish-event.ts';

const WHAT = { push: 'The push', pull_request: 'The pull request' } as const;

export interface OutboxFault {
  row: OutboxRow;
  supervisorId: string;
  message: string;
  transient: boolean;
  resetAt: Date | null;
}

/**
 * The side effect failed: it is due again later, or given up for good. Then the rows behind it are given up as well,
 * and a run that was publishing ends as publish_failed, its item as stuck with the words; a retry by a person goes on from there. A
 * proposal of learnings has failed then, and may be asked for anew.
 */
export async function failOutbox(ctx: Ctx, input: OutboxFault): Promise<'retry' | 'given_up' | 'lost'> {
  authoriseSupervisor(ctx);
  const { row } = input;
  const message = redact(input.message).slice(0, 4000);
  const decision = decideOutboxRetry({ attempts: row.attempts, transient: input.transient, resetAt: input.resetAt }, ctx.now());
  return ctx.db.$transaction(async (tx) => {
    const { count } = await tx.outbox.updateMany({
      where: { id: row.id, state: 'pending', lockedBy: input.supervisorId },
      data: { lockedUntil: null, lastError: message, ...(decision.kind === 'retry' ? { nextAt: decision.at } : { state: 'failed' }) },
    });
    if (count === 0) return 'lost';
    if (row.workItemId === null) await failProposal(tx, { row, message, again: decision.kind === 'retry', now: ctx.now() });
    else await failWork(ctx, tx, { row, message, retryAt: decision.kind === 'retry' ? decision.at : null });
    return decision.kind === 'retry' ? 'retry' : 'given_up';
  });
}

async function failWork(ctx: Ctx, tx: Tx, { row, message, retryAt }: { row: WorkOutboxRow; message: string; retryAt: Date | null }): Promise<void> {
  await tx.workItem.update({ where: { id: row.workItemId }, data: { lastError: message } });
  const again = retryAt ? `; again at ${retryAt.toISOString()}` : '; given up';
  const text = `${WHAT[row.kind]} failed: ${message}${again}`;
  await recordPublishEvent(tx, { workItemId: row.workItemId, runId: row.runId, text, now: ctx.now() });
  if (retryAt || row.runId === null) return;
  await tx.outbox.updateMany({ where: { runId: row.runId, state: 'pending' }, data: notTried(row) });
  const run = await tx.run.findUnique({ where: { id: row.runId }, select: { state: true } });
  if (run?.state === 'publishing') {
    const detail = `${WHAT[row.kind]} failed: ${message}`;
    await closeRun(ctx, tx, { runId: row.runId, outcome: { kind: 'stuck', reason: 'publish_failed', detail } });
  }
}

async function failProposal(tx: Tx, { row, message, again, now }: { row: ProposalOutboxRow; message: string; again: boolean; now: Date }): Promise<void> {
  const { proposalId } = row;
  await tx.learningProposal.update({ where: { id: proposalId }, data: { lastError: message, changedAt: now, ...(again ? {} : { state: 'failed' }) } });
  if (!again) await tx.outbox.updateMany({ where: { proposalId, state: 'pending' }, data: notTried(row) });
}

function notTried(row: OutboxRow) {
  return { state: 'failed', lockedUntil: null, lastError: `not tried: ${WHAT[row.kind].toLowerCase()} before it failed` };
}
