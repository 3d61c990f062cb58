import type { Tx } from '../db/client.ts';
import type { Ctx } from './context.ts';
import { finishPublication } from './publish-run.ts';

/**
 * After a row is done: finishes the run that was publishing, once nothing of it is left to do.
 * A run that ended before (yielded, stuck) only wanted its branch pushed; nothing more happens then.
 */
export async function settlePublication(ctx: Ctx, tx: Tx, { runId }: { runId: string | null }): Promise<void> {
  if (runId === null) return;
  const run = await tx.run.findUnique({ where: { id: runId }, select: { state: true } });
  if (run?.state !== 'publishing') return;
  if ((await tx.outbox.count({ where: { runId, state: 'pending' } })) > 0) return;
  await finishPublication(ctx, tx, { runId });
}
