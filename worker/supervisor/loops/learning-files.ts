import { decideFileMarks, treePath } from '../../../server/domain/learnings/learning-files.ts';
import { markLearningFiles, readLearningFiles } from '../../../server/services/learnings/mark-learning-files.ts';
import { commitsOutside, pathsAt } from '../mirror-tree.ts';
import { type BaseTip, mirrorPath } from '../mirrors.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/**
 * Flags the learnings of a repository whose file the newest known base has no more, and clears those whose file is back. Asks the mirror
 * alone: call it when the base has just been brought in. A failure is said in the log and keeps nothing from going on.
 */
export async function judgeLearningFiles(
  { ctx, mirrors, log }: Pick<SupervisorDeps, 'ctx' | 'mirrors' | 'log'>,
  { repo, cloneUrl, base }: { repo: string; cloneUrl: string; base: BaseTip },
): Promise<void> {
  try {
    const { learnings, baseBranch } = await readLearningFiles(ctx, { repo });
    // An item may be cut from another branch than its repository is: that one says nothing about the repository.
    if (learnings.length === 0 || (baseBranch === null ? !base.isDefault : baseBranch !== base.branch)) return;
    const at = { host: mirrors.host, path: mirrorPath(mirrors, cloneUrl), commit: base.commit };
    const paths = [...new Set(learnings.flatMap(({ file }) => treePath(file) ?? []))];
    const commits = [...new Set(learnings.flatMap(({ commit }) => commit ?? []))];
    const [present, outside] = [await pathsAt(at, paths), await commitsOutside(at, commits)];
    const marks = decideFileMarks(learnings, { present, outside });
    if (marks.gone.length + marks.back.length > 0) await markLearningFiles(ctx, marks);
  } catch (error) {
    log.error({ err: error, repo }, 'learnings: their files could not be looked for');
  }
}
