import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangesAnswer } from '../../../server/contracts/changes.ts';
import type { SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { changesSince } from '../mirror-diff.ts';
import { type MirrorDeps, mirrorPath } from '../mirrors.ts';

type Ask = Omit<Extract<SupervisorAsk, { kind: 'read_changes' }>, 'kind'>;

/**
 * What lies between two commits that this supervisor's mirror of a repository holds.
 * @throws AppError not_found where it does not hold them
 */
export async function answerChanges(mirrors: MirrorDeps, { cloneUrl, from, to }: Ask, signal: AbortSignal): Promise<ChangesAnswer> {
  const path = mirrorPath(mirrors, cloneUrl);
  if (!existsSync(join(path, 'HEAD'))) throw new AppError('not_found', 'The mirror of this repository is gone.');
  return changesSince({ host: mirrors.host, path, commit: to }, from, signal);
}
