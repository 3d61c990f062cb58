import type { Task } from '../../server/contracts/rest.ts';
import { checkTasks, parseSpec } from '../../server/domain/specs/spec.ts';
import type { AiFolder } from './git/checkout.ts';
import { changedPaths, type Commit, commitSubject, commitWork } from './git/commit-work.ts';
import type { Git } from './git/git.ts';
import type { Emitter } from './io/emitter.ts';
import { cutText } from './io/text.ts';
import { readLearnings } from '../../server/domain/learnings/learnings-markdown.ts';
import type { Link } from './link.ts';

/** Most paths that one call may lock. */
const LOCK_MAX_PATHS = 2_000;

/** What the loop knows of its work; `settle` brings it up to date. */
export interface Work {
  /** Spec with the boxes that are checked here. */
  spec: string;
  tasks: Task[];
  /** Spec as the factory was told last. */
  postedSpec: string;
  /** Last commit that the other side took. */
  accepted: string;
  branch: string;
  /** Paths that another run holds. */
  withheld: string[];
  /** Why the last push was refused. */
  pushRefused: string | null;
}

export interface SettleDeps {
  git: Git;
  ai: AiFolder;
  emitter: Emitter;
  link: Link;
  /** Called with the spec's new text before the commit; a standalone run writes it back to its file. */
  onSpec?: (spec: string) => void;
}

/**
 * After an iteration: takes over the checked boxes, asks leases for every changed path, commits what may be committed,
 * pushes it, and tells the factory. Gives the commits that were taken.
 */
export async function settle(deps: SettleDeps, work: Work, iteration: number): Promise<{ commits: Commit[]; stuck: string | null }> {
  const before = work.tasks;
  takeBoxes(deps, work);
  const newlyDone = work.tasks.filter((task, index) => task.done && before[index]?.done !== true);
  noteLearnings(deps);
  const stuck = deps.ai.read('stuck.md');
  if (stuck !== null) deps.ai.remove('stuck.md');

  await askLeases(deps, work);
  const commits = await commitWork(deps.git, {
    base: work.accepted,
    branch: work.branch,
    withheld: new Set(work.withheld),
    message: commitSubject((newlyDone[0] ?? before.find((task) => !task.done))?.text, iteration),
    // What the gate refused may lie in a commit in the middle: only the sum of all is shown to it again.
    squash: work.pushRefused !== null,
  });
  const taken = await push(deps, work, commits);
  if (work.pushRefused === null && work.withheld.length === 0) postSpec(deps, work);
  return { commits: taken, stuck: stuck === null ? null : stuck.trim() === '' ? 'the agent wrote .ai/stuck.md without a word' : stuck.trim() };
}

/** A task that the agent's copy lost is open; what it added or changed beside the boxes does not count. */
function takeBoxes(deps: SettleDeps, work: Work): void {
  const copy = deps.ai.read('SPEC.md');
  if (copy !== null) {
    work.spec = checkTasks(work.spec, copy).spec;
    work.tasks = parseSpec(work.spec).tasks;
  }
  if (copy !== work.spec) deps.ai.write('SPEC.md', work.spec);
  deps.onSpec?.(work.spec);
}

function noteLearnings(deps: SettleDeps): void {
  const text = deps.ai.read('new-learnings.md');
  if (text === null) return;
  deps.ai.remove('new-learnings.md');
  for (const learning of readLearnings(text)) deps.emitter.emit({ type: 'learning.noted', ...learning });
}

async function askLeases(deps: SettleDeps, work: Work): Promise<void> {
  work.withheld = [];
  const paths = await changedPaths(deps.git, work.accepted);
  for (let start = 0; start < paths.length; start += LOCK_MAX_PATHS) {
    let wanted = paths.slice(start, start + LOCK_MAX_PATHS);
    // All or nothing: ask again without what is held elsewhere, so that the rest is ours.
    while (wanted.length > 0) {
      const answer = await deps.link.lock(wanted);
      if (answer.granted || answer.conflicts.length === 0) break;
      const held = new Set(answer.conflicts.map((conflict) => conflict.path));
      const heldBy = answer.conflicts[0]?.heldBy;
      const refused = wanted.filter((path) => held.has(path));
      deps.emitter.emit({ type: 'lease.refused', paths: refused.slice(0, 200), ...(heldBy === undefined ? {} : { heldBy }) });
      if (refused.length === 0) break;
      work.withheld.push(...refused);
      wanted = wanted.filter((path) => !held.has(path));
    }
  }
}

async function push(deps: SettleDeps, work: Work, commits: Commit[]): Promise<Commit[]> {
  const last = commits.at(-1);
  if (last === undefined) {
    work.pushRefused = null;
    return [];
  }
  const result = await deps.link.push(deps.git);
  if (result.kind === 'refused') {
    work.pushRefused = result.why;
    deps.emitter.emit({ type: 'log', level: 'warn', text: cutText(`the push was refused: ${result.why}`).text });
  }
  if (result.kind !== 'pushed') return [];
  work.pushRefused = null;
  work.accepted = last.id;
  for (const commit of commits) deps.emitter.emit({ type: 'commit.created', commit: commit.id, subject: cutText(commit.subject).text, files: commit.files });
  return commits;
}

/** The factory hears of a checked box only together with the commit that it took. */
export function postSpec(deps: Pick<SettleDeps, 'emitter'>, work: Work): void {
  if (work.spec === work.postedSpec) return;
  const told = parseSpec(work.postedSpec).tasks;
  const total = work.tasks.length;
  let done = told.filter((task) => task.done).length;
  work.tasks.forEach((task, index) => {
    if (!task.done || told[index]?.done === true) return;
    done += 1;
    deps.emitter.emit({ type: 'task.checked', task: cutText(task.text).text, done, total });
  });
  deps.emitter.emit({ type: 'spec.updated', spec: work.spec, commit: work.accepted });
  work.postedSpec = work.spec;
}
