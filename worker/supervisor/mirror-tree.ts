import { git, type HostEnv, lastWords } from './git.ts';

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
