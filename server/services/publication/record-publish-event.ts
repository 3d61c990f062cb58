import type { Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';

/** A line of the item's log about what went out, and the hint that it moved. */
export async function recordPublishEvent(
  tx: Tx,
  input: { workItemId: string; runId: string | null; text: string; now: Date; data?: Record<string, unknown> },
): Promise<void> {
  const { workItemId, runId } = input;
  await appendEvents(tx, { workItemId, runId, events: [factoryEvent('publish', input.text, input.now, input.data)] });
  await notify(tx, { kind: 'moved', items: [workItemId] });
}
