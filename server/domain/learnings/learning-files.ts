import type { WorkItemState } from '../../contracts/rest.ts';

/** A learning with the file it is about. */
export interface FiledLearning {
  id: string;
  file: string;
  /** Newest commit of its run when it was noted; null where it had none, or no run noted it. */
  commit: string | null;
  /** State of the work item whose run noted it; null where a person wrote it. */
  itemState: WorkItemState | null;
  gone: boolean;
}

/** What the tree of the newest base commit says. */
export interface BaseTree {
  /** Of the paths that were asked for, those that are there. */
  present: ReadonlySet<string>;
  /** Of the learnings' commits, those that the base does not hold. */
  outside: ReadonlySet<string>;
}

/** The work was merged, or thrown away: what is not in the base now does not come with it any more. */
const OVER: readonly WorkItemState[] = ['merged', 'closed', 'cancelled', 'failed'];

/** The path in the repository that a learning's file names, without `./` and a line number; null where it names none that could be looked for. */
export function treePath(file: string): string | null {
  const path = file
    .trim()
    .replace(/(:\d+(-\d+)?|#L\d+(-L?\d+)?)$/, '')
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '');
  const odd = path === '' || path.startsWith('/') || /[\n\r\0]/.test(path) || path.includes('://');
  return odd || path.split('/').some((part) => part === '' || part === '.' || part === '..') ? null : path;
}

/**
 * Which learnings lost their file, and whose is back. One whose work is not in the base yet is not judged by the base: the file may be
 * a new one of that work.
 */
export function decideFileMarks(learnings: readonly FiledLearning[], tree: BaseTree): { gone: string[]; back: string[] } {
  const marks: { gone: string[]; back: string[] } = { gone: [], back: [] };
  for (const { id, file, commit, itemState, gone } of learnings) {
    const path = treePath(file);
    if (path === null) continue;
    const there = tree.present.has(path);
    if (there && gone) marks.back.push(id);
    const settled = itemState === null || OVER.includes(itemState) || (commit !== null && !tree.outside.has(commit));
    if (!there && !gone && settled) marks.gone.push(id);
  }
  return marks;
}
