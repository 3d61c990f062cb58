import type { z } from 'zod';
import type { learningsFileAnswerSchema, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { writeLearnings } from '../../../server/domain/learnings/learnings-markdown.ts';
import { learningsOf } from '../../../server/domain/learnings/learnings-section.ts';
import { textAt } from '../mirror-tree.ts';
import { bringBase, type RepositoryDeps } from './bring-base.ts';

type Ask = Omit<Extract<SupervisorAsk, { kind: 'read_learnings_file' }>, 'kind'>;

/** As many as importLearnings takes at a time. */
const LINES_MAX = 1_000;

/**
 * The learnings that a file of the newest base lists.
 * @throws AppError not_found where there is no such file, or no list of learnings in it
 */
export async function answerLearningsFile(deps: RepositoryDeps, { repo: name, file }: Ask): Promise<z.infer<typeof learningsFileAnswerSchema>> {
  const { repository, base, at } = await bringBase(deps, name);
  const found = await textAt(at, file);
  if (!found) throw new AppError('not_found', `There is no ${file} in ${repository.repo} (branch ${base.branch}).`);
  const list = learningsOf(found.text, LINES_MAX);
  if (list.length === 0) throw new AppError('not_found', `${file} of ${repository.repo} has no list beneath a heading “Learnings”.`);
  return { markdown: writeLearnings(list), count: list.length };
}
