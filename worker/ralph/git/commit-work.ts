import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from './git.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

/** The loop's own folder, in any spelling that a case-insensitive disk would take for it. */
const AI_FOLDER = ':(icase,top).ai';
const isAi = (path: string) => /^\.ai(\/|$)/i.test(path);

export interface Commit {
  id: string;
  subject: string;
  files: number;
}

/** Paths that differ from `base` or that a commit since touched: in commits, index, working tree and untracked; without `.ai/`. */
export async function changedPaths(git: Git, base: string): Promise<string[]> {
  const committed = await git.names(['diff', '--name-only', '--no-renames', '-z', base, 'HEAD']);
  // A path that was changed and changed back is still in the push.
  const touched = (await git.out(['log', '--no-merges', '--no-renames', '--name-only', '--format=', '-z', `${base}..HEAD`])).split(/[\0\n]+/);
  const tracked = await git.names(['diff', '--name-only', '--no-renames', '-z', 'HEAD']);
  const untracked = await git.names(['ls-files', '--others', '--exclude-standard', '-z']);
  return [...new Set([...committed, ...touched, ...tracked, ...untracked])].filter((path) => path !== '' && !isAi(path)).sort();
}

/** Stages the whole working tree but `.ai/`, tracked or not. */
async function stageAll(git: Git, env: Environment = {}): Promise<void> {
  await git.out(['add', '-A', '--', ':/'], { env });
  await git.out(['reset', '--quiet', 'HEAD', '--', AI_FOLDER], { env });
}

/** Id of the working tree as it is, committed or not: equal ids mean that nothing changed. */
export async function worktreeId(git: Git): Promise<string> {
  const index = join((await git.out(['rev-parse', '--absolute-git-dir'])).trim(), 'ralph-index');
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.out(['read-tree', 'HEAD'], { env });
    await stageAll(git, env);
    return (await git.out(['write-tree'], { env })).trim();
  } finally {
    rmSync(index, { force: true });
  }
}

/**
 * Whether the agent's own commits cannot be pushed as they are: history before `base` was rewritten, another branch
 * was checked out, a merge came in, or a commit holds `.ai/` or a path that the run may not touch.
 */
async function needsSquash(git: Git, opts: { base: string; branch: string; withheld: ReadonlySet<string> }): Promise<boolean> {
  const current = (await git.run(['symbolic-ref', '--short', '-q', 'HEAD'])).stdout.trim();
  if (current !== opts.branch) return true;
  if ((await git.run(['merge-base', '--is-ancestor', opts.base, 'HEAD'])).code !== 0) return true;
  const log = await git.out(['log', '-m', '--no-renames', '--name-only', '--format=', '-z', `${opts.base}..HEAD`]);
  return log.split(/[\0\n]+/).some((path) => path !== '' && (isAi(path) || opts.withheld.has(path)));
}

/**
 * Turns what the agent left behind into commits on `branch` on top of `base`, without `.ai/` and the withheld paths
 * (those stay in the working tree), and gives the commits that are new since `base`, oldest first.
 */
export async function commitWork(
  git: Git,
  opts: { base: string; branch: string; withheld: ReadonlySet<string>; message: string; squash: boolean },
): Promise<Commit[]> {
  await endOperations(git);
  let message = opts.message;
  if (opts.squash || (await needsSquash(git, opts))) {
    const subject = (await git.run(['log', '-1', '--format=%s', `${opts.base}..HEAD`])).stdout.trim();
    if (subject !== '') message = subject;
    await git.out(['update-ref', `refs/heads/${opts.branch}`, opts.base]);
    await git.out(['symbolic-ref', 'HEAD', `refs/heads/${opts.branch}`]);
  }
  await git.out(['read-tree', 'HEAD']);
  await stageAll(git);
  if (opts.withheld.size > 0) {
    await git.out(['reset', '--quiet', '--pathspec-from-file=-', '--pathspec-file-nul', 'HEAD'], { stdin: [...opts.withheld].map(literal).join('\0') });
  }
  const staged = (await git.run(['diff', '--cached', '--quiet'])).code !== 0;
  if (staged) await git.out(['commit', '--quiet', '--no-verify', '-F', '-'], { stdin: message });
  return newCommits(git, opts.base);
}

/** A merge, rebase or pick that the agent left half done is ended; its files stay as they are. */
async function endOperations(git: Git): Promise<void> {
  const gitDir = (await git.out(['rev-parse', '--absolute-git-dir'])).trim();
  for (const name of [
    'MERGE_HEAD',
    'MERGE_MSG',
    'MERGE_MODE',
    'CHERRY_PICK_HEAD',
    'REVERT_HEAD',
    'rebase-merge',
    'rebase-apply',
    'sequencer',
    'index.lock',
    'HEAD.lock',
  ]) {
    rmSync(join(gitDir, name), { recursive: true, force: true });
  }
}

const literal = (path: string) => `:(literal,top)${path}`;

async function newCommits(git: Git, base: string): Promise<Commit[]> {
  const log = await git.out(['log', '--reverse', '--format=%x01%H%x02%s', '--name-only', `${base}..HEAD`]);
  return log
    .split('\x01')
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [first = '', ...files] = block.split('\n');
      const [id = '', subject = ''] = first.split('\x02');
      return { id, subject, files: files.filter((name) => name.trim() !== '').length };
    });
}

/** Subject of a commit made for a task: one line, no markdown, under 72 characters. */
export function commitSubject(task: string | undefined, iteration: number): string {
  const plain = (task ?? '')
    .replace(/[`*_]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain === '') return `Work of iteration ${iteration}`;
  return plain.length <= 71 ? plain : `${plain.slice(0, 70).trimEnd()}…`;
}
