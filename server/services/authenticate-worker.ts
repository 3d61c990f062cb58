import type { Db } from '../db/client.ts';
import { hashSecret } from '../db/ids.ts';
import { AppError } from '../domain/app-error.ts';

export interface AuthenticatedWorker {
  runId: string;
  workItemId: string;
  epoch: number;
  role: 'worker' | 'verifier';
  branch: string;
  repo: string;
  cloneUrl: string;
}

/**
 * The live run that a token speaks for.
 * @param input.runId the run that the address names
 * @throws AppError unauthorized (unknown, revoked or ended), forbidden (another run's id), conflict (its item's epoch was raised)
 */
export async function authenticateWorker(db: Db, input: { token: string; runId: string; now: Date }): Promise<AuthenticatedWorker> {
  const token = await db.workerToken.findUnique({ where: { hash: hashSecret(input.token) }, include: { run: { include: { workItem: true } } } });
  if (!token) throw new AppError('unauthorized', 'This token is not known.');
  const { run } = token;
  if (run.state === 'ended' || (token.revokedAt && token.revokedAt <= input.now)) throw new AppError('unauthorized', 'This run has ended.', { state: 'ended' });
  if (run.id !== input.runId) throw new AppError('forbidden', 'This token belongs to another run.');
  if (run.epoch !== run.workItem.epoch) throw new AppError('conflict', 'Another run has this work item now.');
  const { repo, cloneUrl } = run.workItem;
  const role = token.role === 'verifier' ? 'verifier' : 'worker';
  return { runId: run.id, workItemId: run.workItemId, epoch: run.epoch, role, branch: run.branch, repo, cloneUrl };
}
