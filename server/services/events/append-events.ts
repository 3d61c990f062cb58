import type { FactoryEvent, WorkerEvent } from '../../contracts/run-events.ts';
import type { Tx } from '../../db/client.ts';

/**
 * Appends events to the log of a work item, as one chunk, and gives them their seq: counted per work item, without gaps.
 * The caller's transaction holds the item's row until it commits, so that chunks never cross.
 * @returns the last seq of the item's log
 */
export async function appendEvents(
  tx: Tx,
  { workItemId, runId, events }: { workItemId: string; runId: string | null; events: readonly (WorkerEvent | FactoryEvent)[] },
): Promise<number> {
  const rows = await tx.$queryRaw<{ event_seq: number }[]>`
    WITH item AS (UPDATE work_item SET event_seq = event_seq + ${events.length} WHERE id = ${workItemId} RETURNING event_seq),
    chunk AS (
      INSERT INTO event_chunk (work_item_id, run_id, first_seq, last_seq, events)
      SELECT ${workItemId}, ${runId}, event_seq - ${events.length} + 1, event_seq, ${JSON.stringify(events)}::jsonb FROM item WHERE ${events.length} > 0
    )
    SELECT event_seq FROM item`;
  const lastSeq = rows[0]?.event_seq;
  if (lastSeq === undefined) throw new Error(`no work item ${workItemId}`);
  return lastSeq;
}

/** One line that the factory itself writes into an item's log. */
export function factoryEvent(type: FactoryEvent['type'], text: string, now: Date, data?: Record<string, unknown>): FactoryEvent {
  return { by: 'factory', type, ts: now.toISOString(), text, ...(data ? { data } : {}) };
}
