import type { Tx } from '../../db/client.ts';
import type { EndReason } from '../../domain/work/states.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';

export interface EndRun {
  runId: string;
  reason: EndReason;
  detail?: string | null;
  /** Last lines of the worker's output, where it ended without a word of its own. */
  tail?: string | null;
  now: Date;
}

/**
 * The one place where a run ends: its tokens die and its leases are released in the same transaction. The item is moved by the
 * caller. What is left of the worker is removed by reconcile.
 * @returns false where it had ended already: nothing was written
 */
export async function endRun(tx: Tx, { runId, reason, detail = null, tail, now }: EndRun): Promise<boolean> {
  const { count } = await tx.run.updateMany({
    where: { id: runId, state: { not: 'ended' } },
    data: { state: 'ended', reason, detail, endedAt: now, stateAt: now, order: null, ...(tail ? { tail } : {}) },
  });
  if (count === 0) return false;
  await tx.workerToken.updateMany({ where: { runId, revokedAt: null }, data: { revokedAt: now } });
  await tx.lease.deleteMany({ where: { runId } });
  const { workItemId } = await tx.run.findUniqueOrThrow({ where: { id: runId }, select: { workItemId: true } });
  const text = `run ended: ${reason}${detail ? ` (${detail})` : ''}`;
  await appendEvents(tx, { workItemId, runId, events: [factoryEvent('state.changed', text, now, { run: 'ended', reason })] });
  return true;
}
