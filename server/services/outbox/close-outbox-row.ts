import type { Tx } from '../../db/client.ts';

/** Marks the row done if the caller still holds it; false where it does not. */
export async function closeOutboxRow(tx: Tx, input: { id: string; supervisorId: string; now: Date }): Promise<boolean> {
  const { count } = await tx.outbox.updateMany({
    where: { id: input.id, state: 'pending', lockedBy: input.supervisorId },
    data: { state: 'done', doneAt: input.now, lockedUntil: null, lastError: null },
  });
  return count > 0;
}
