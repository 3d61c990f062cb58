import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../server/domain/app-error.ts';
import { git, type GitCall, type HostEnv, lastWords } from './git.ts';

const TEXT_MAX_BYTES = 1024 * 1024;
const IDENTITY = { name: 'AI Software Factory', email: 'factory@localhost' };

/** A commit of a mirror. */
export interface MirrorCommit {
  host: HostEnv;
  /** The mirror's folder. */
  path: string;
  commit: string;
}

/** Of these paths, none of which has a line break, those that are a file or a folder in the commit. */
export async function pathsAt({ host, path, commit }: MirrorCommit, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const input = paths.map((each) => `${commit}:${each}\n`).join('');
  const asked = await git({ host, gitDir: path, args: ['cat-file', '--batch-check=%(objecttype)'], input });
  const lines = asked.stdout.split('\n').slice(0, -1);
  if (asked.code !== 0 || lines.length !== paths.length) throw new Error(`git: ${lastWords(asked)}`);
  return new Set(paths.filter((_, n) => ['blob', 'tree', 'commit'].includes(lines[n] ?? '')));
}

/** Of these commits, those that the commit was not built upon; those that the mirror does not know are among them. */
export async function commitsOutside({ host, path, commit }: MirrorCommit, commits: readonly string[]): Promise<Set<string>> {
  if (commits.length === 0) return new Set();
  const known = await git({ host, gitDir: path, args: ['cat-file', '--batch-check=%(objecttype)'], input: commits.map((each) => `${each}\n`).join('') });
  const types = known.stdout.split('\n');
  const there = commits.filter((_, n) => types[n] === 'commit');
  const listed = await git({ host, gitDir: path, args: ['rev-list', '--stdin'], input: [...there, `^${commit}`].map((each) => `${each}\n`).join('') });
  if (known.code !== 0 || listed.code !== 0) throw new Error(`git: ${lastWords(known.code === 0 ? listed : known)}`);
  const outside = new Set(listed.stdout.split('\n'));
  return new Set(commits.filter((each) => outside.has(each) || !there.includes(each)));
}

/**
 * A text file in the root of the commit; null where there is none.
 * @throws AppError conflict where it is no plain UTF-8 text of at most 1 MB
 */
export async function textAt({ host, path, commit }: MirrorCommit, name: string): Promise<{ mode: string; text: string } | null> {
  const listed = await git({ host, gitDir: path, args: ['ls-tree', '-z', commit, '--', name] });
  if (listed.code !== 0) throw new Error(`git: ${lastWords(listed)}`);
  if (listed.stdout === '') return null;
  const [, mode, blob] = /^(\d{6}) blob ([0-9a-f]{40,64})\t/.exec(listed.stdout) ?? [];
  if (mode === '120000') throw new AppError('conflict', `${name} is a symbolic link in this repository: name the file that it points to.`);
  if (!mode || !blob) throw new AppError('conflict', `${name} is no file in this repository.`);
  const shown = await git({ host, gitDir: path, args: ['cat-file', 'blob', blob], maxBytes: TEXT_MAX_BYTES });
  if (shown.code !== 0) throw new AppError('conflict', `${name} cannot be read: ${lastWords(shown)}`);
  // What is not UTF-8 was replaced in the reading, and could not be written back as it was.
  if (/[\0\uFFFD]/.test(shown.stdout)) throw new AppError('conflict', `${name} is no UTF-8 text.`);
  return { mode, text: shown.stdout };
}

/**
 * Commits a text file in the root upon the commit, and keeps it by the ref; no tree is checked out.
 * @returns the new commit
 */
export async function commitText(
  { host, path, commit }: MirrorCommit,
  { name, mode, text, message, ref }: { name: string; mode: string; text: string; message: string; ref: string },
): Promise<string> {
  const index = join(path, `factory-index-${randomUUID()}`);
  const env = {
    ...{ GIT_INDEX_FILE: index, GIT_AUTHOR_NAME: IDENTITY.name, GIT_AUTHOR_EMAIL: IDENTITY.email },
    ...{ GIT_COMMITTER_NAME: IDENTITY.name, GIT_COMMITTER_EMAIL: IDENTITY.email },
  };
  const run = async (args: string[], more: Pick<GitCall, 'input'> = {}) => {
    const done = await git({ host, gitDir: path, args, env, ...more });
    if (done.code !== 0) throw new AppError('unavailable', `The commit could not be made in the mirror: ${lastWords(done)}`);
    return done.stdout.trim();
  };
  try {
    const blob = await run(['hash-object', '-w', '--stdin'], { input: text });
    await run(['read-tree', commit]);
    await run(['update-index', '--add', '--cacheinfo', `${mode},${blob},${name}`]);
    const made = await run(['commit-tree', await run(['write-tree']), '-p', commit, '-F', '-'], { input: message });
    await run(['update-ref', ref, made]);
    return made;
  } finally {
    await rm(index, { force: true });
  }
}
