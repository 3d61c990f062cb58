import type { RunState, WorkItemState } from '../../contracts/rest.ts';
import { ALIVE_RUN_STATES, DRAFTABLE_STATES } from './states.ts';

interface Item {
  state: WorkItemState;
  repoKind: string;
  branch: string | null;
  baseCommit: string | null;
  headCommit: string | null;
}

/** Why no draft pull request can be opened of what an item has; null where one can. Pure. */
export function whyNoDraft({ state, repoKind, branch, baseCommit, headCommit }: Item, hasRun: boolean): string | null {
  if (!DRAFTABLE_STATES.some((each) => each === state)) return `No draft can be opened: it is ${state.replace('_', ' ')}.`;
  if (repoKind !== 'github') return 'No draft can be opened: the repository is not on GitHub.';
  if (!branch || !headCommit || headCommit === baseCommit || !hasRun) return 'No draft can be opened: nothing was committed.';
  return null;
}

/** Why an item cannot be paused; null where it can. Pure. @param run its newest one */
export function whyNoPause({ state }: Pick<Item, 'state'>, run: { state: RunState; order: string | null } | null): string | null {
  if (state === 'queued') return null;
  if (state !== 'running') return `It cannot be paused: it is ${state.replace('_', ' ')}.`;
  if (!run || !ALIVE_RUN_STATES.some((each) => each === run.state)) return 'It cannot be paused: its work is accepted and on its way out.';
  return run.order === null ? null : 'It cannot be paused: its worker is ending already.';
}
