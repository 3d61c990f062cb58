import type { Db } from '../../db/client.ts';
import { hashSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import { ENDED_MESSAGE, FENCED_MESSAGE } from '../runs/lock-live-run.ts';

export interface WorkerIdentity {
  runId: string;
  workItemId: string;
  epoch: number;
  role: 'worker' | 'verifier';
  branch: string;
}

interface TokenRow {
  runId: string;
  role: string;
  revoked: boolean;
  state: string;
  epoch: number;
  branch: string;
  workItemId: string;
  itemEpoch: number;
}

/**
 * Whose token this is, for calls that name a run.
 * @throws AppError unauthorized: unknown, revoked, or of an ended run; forbidden: another run's; conflict: the epoch was raised
 */
export async function authenticateWorker(db: Db, { token, runId }: { token: string; runId: string; now: Date }): Promise<WorkerIdentity> {
  const [row] = await db.$queryRaw<TokenRow[]>`
    SELECT t.run_id AS "runId", t.role, t.revoked_at IS NOT NULL AS revoked, r.state, r.epoch, r.branch, w.id AS "workItemId", w.epoch AS "itemEpoch"
    FROM worker_token t JOIN run r ON r.id = t.run_id JOIN work_item w ON w.id = r.work_item_id WHERE t.hash = ${hashSecret(token)}`;
  if (!row) throw new AppError('unauthorized', 'This token is not known.');
  if (row.revoked || row.state === 'ended') throw new AppError('unauthorized', ENDED_MESSAGE);
  if (row.runId !== runId) throw new AppError('forbidden', 'This token is of another run.');
  if (row.epoch !== row.itemEpoch) throw new AppError('conflict', FENCED_MESSAGE);
  const role = row.role === 'verifier' ? 'verifier' : 'worker';
  return { runId, workItemId: row.workItemId, epoch: row.epoch, role, branch: row.branch };
}
