import type { FactoryEvent } from '../../contracts/run-events.ts';
import type { Db, Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { redact } from '../../domain/redaction.ts';
import { appendEvents } from './append-events.ts';

/** Writes lines of the factory's own into an item's log. */
export async function recordFactoryEvents(
  db: Db | Tx,
  { workItemId, runId, events }: { workItemId: string; runId: string | null; events: readonly FactoryEvent[] },
): Promise<void> {
  const clean = events.map((event) => ({ ...event, text: redact(event.text.replaceAll('\0', '�')) }));
  const write = async (tx: Tx) => {
    await appendEvents(tx, { workItemId, runId, events: clean });
    await notify(tx, { kind: 'moved', items: [workItemId] });
  };
  if ('$transaction' in db) await db.$transaction(write);
  else await write(db);
}
