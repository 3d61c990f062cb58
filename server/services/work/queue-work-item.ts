import type { Queue } from '../../adapters/queue.ts';
import { prioritySchema } from '../../contracts/rest.ts';
import type { Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { unfinished, waitsFor } from './blockers.ts';

/**
 * Gives a queued item its job, in the transaction that queued it. No job is made while a blocker is unfinished: the reason is
 * stored instead, and the blocker's end makes it.
 */
export async function queueWorkItem(tx: Tx, queue: Queue, { id, now }: { id: string; now: Date }): Promise<void> {
  const item = await tx.workItem.findUniqueOrThrow({ where: { id }, include: { blockedBy: { include: { blocker: true } } } });
  const open = unfinished(item.blockedBy);
  if (open.length > 0) {
    const waitingReason = waitsFor(open);
    await tx.workItem.update({ where: { id }, data: { waitingReason, waitingUntil: null, queuedAt: item.queuedAt ?? now, jobId: null } });
    return;
  }
  const jobId = await queue.send(tx, { workItemId: id, repo: item.repo, priority: prioritySchema.parse(item.priority), startAfter: item.notBefore });
  await tx.workItem.update({ where: { id }, data: { jobId, queuedAt: item.queuedAt ?? now } });
  await notify(tx, { kind: 'work' });
}

/** After an item was merged or completed: queues what waited only for it. */
export async function unblockDependents(tx: Tx, queue: Queue, { id, now }: { id: string; now: Date }): Promise<void> {
  const rows = await tx.workItemBlock.findMany({ where: { blockerId: id, blocked: { state: 'queued', jobId: null } } });
  for (const row of rows) {
    await tx.workItem.update({ where: { id: row.blockedId }, data: { waitingReason: null } });
    await queueWorkItem(tx, queue, { id: row.blockedId, now });
  }
}
