import type { Tx } from '../../db/client.ts';
import { UNBLOCKING_STATES } from '../../domain/work/states.ts';

interface Blocker {
  title: string;
  state: string;
}

/** Those that still hold an item back. */
export function unfinished(rows: readonly { blocker: Blocker }[]): Blocker[] {
  return rows.map((row) => row.blocker).filter((blocker) => !UNBLOCKING_STATES.some((state) => state === blocker.state));
}

/** The reason that people see: “waits for “Title” (state)”. */
export function waitsFor(blockers: readonly Blocker[]): string {
  return `waits for ${blockers.map((blocker) => `“${blocker.title}” (${blocker.state})`).join(', ')}`;
}

/** After a move of an item: what waits for it says the new state, a cancelled or failed blocker above all. */
export async function explainDependents(tx: Tx, { id }: { id: string }): Promise<void> {
  const rows = await tx.workItemBlock.findMany({
    where: { blockerId: id, blocked: { state: 'queued', jobId: null } },
    include: { blocked: { include: { blockedBy: { include: { blocker: true } } } } },
  });
  for (const { blocked } of rows) {
    const open = unfinished(blocked.blockedBy);
    if (open.length > 0) await tx.workItem.updateMany({ where: { id: blocked.id, state: 'queued', jobId: null }, data: { waitingReason: waitsFor(open) } });
  }
}
