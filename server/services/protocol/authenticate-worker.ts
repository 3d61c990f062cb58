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

/**
 * Whose token this is, for calls that name a run.
 * @throws AppError unauthorized: unknown, revoked, or of an ended run; forbidden: another run's; conflict: the epoch was raised
 */
export async function authenticateWorker(db: Db, { token, runId }: { token: string; runId: string; now: Date }): Promise<WorkerIdentity> {
  const row = await db.workerToken.findUnique({ where: { hash: hashSecret(token) }, include: { run: { include: { workItem: { select: { epoch: true } } } } } });
  if (!row) throw new AppError('unauthorized', 'This token is not known.');
  if (row.revokedAt || row.run.state === 'ended') throw new AppError('unauthorized', ENDED_MESSAGE);
  if (row.runId !== runId) throw new AppError('forbidden', 'This token is of another run.');
  if (row.run.epoch !== row.run.workItem.epoch) throw new AppError('conflict', FENCED_MESSAGE);
  const role = row.role === 'verifier' ? 'verifier' : 'worker';
  return { runId, workItemId: row.run.workItemId, epoch: row.run.epoch, role, branch: row.run.branch };
}
