import { appendFileSync, closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Git, GitError, type GitRemote } from './git.ts';
import { sleep } from '../io/sleep.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

const CLONE_ATTEMPTS = 5;

/**
 * The last commit of the run's branch that the gateway took; `startCommit` where there is none yet. A worker that starts
 * again in an empty folder goes on from there.
 */
export async function acceptedTip(opts: { env: Environment; signal: AbortSignal; remote: GitRemote; branch: string; startCommit: string }): Promise<string> {
  const git = new Git('/', opts.env, opts.signal);
  for (let attempt = 1; ; attempt += 1) {
    const listed = await git.run(['ls-remote', opts.remote.url, `refs/heads/${opts.branch}`], { remote: opts.remote });
    if (listed.code === 0) return /^[0-9a-f]{40}/.exec(listed.stdout)?.[0] ?? opts.startCommit;
    if (attempt === CLONE_ATTEMPTS || opts.signal.aborted) throw new GitError(`git ls-remote failed: ${listed.stderr.trim().slice(-2000)}`);
    await sleep(attempt * 1_000, opts.signal);
  }
}

/**
 * A checkout of the run's branch at its start commit. A checkout that a killed predecessor left is kept as it is.
 * Throws GitError with git's own words where the gateway does not give one.
 */
export async function prepareCheckout(opts: {
  dir: string;
  env: Environment;
  signal: AbortSignal;
  remote: GitRemote;
  branch: string;
  startCommit: string;
}): Promise<Git> {
  const git = new Git(opts.dir, opts.env, opts.signal);
  if (existsSync(join(opts.dir, '.git', 'HEAD')) && (await git.run(['rev-parse', '--verify', '-q', opts.startCommit])).code === 0) return git;
  mkdirSync(dirname(opts.dir), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    rmSync(opts.dir, { recursive: true, force: true });
    const clone = await git.run(['clone', '--no-checkout', '--quiet', opts.remote.url, opts.dir], { remote: opts.remote, cwd: dirname(opts.dir) });
    if (clone.code === 0) break;
    if (attempt === CLONE_ATTEMPTS || opts.signal.aborted) throw new GitError(`git clone failed: ${clone.stderr.trim().slice(-2000)}`);
    await sleep(attempt * 1_000, opts.signal);
  }
  const known = await git.run(['cat-file', '-e', `${opts.startCommit}^{commit}`]);
  if (known.code !== 0) await git.out(['fetch', '--quiet', 'origin', `refs/heads/${opts.branch}`], { remote: opts.remote });
  await git.out(['checkout', '--quiet', '-B', opts.branch, opts.startCommit]);
  return git;
}

/** `.ai/` is the loop's own folder: git does not see it where it is not tracked. */
export async function excludeAiFolder(git: Git): Promise<void> {
  const file = (await git.out(['rev-parse', '--git-path', 'info/exclude'])).trim();
  const path = join(git.dir, file);
  mkdirSync(dirname(path), { recursive: true });
  const present = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!present.split('\n').includes('/.ai/')) appendFileSync(path, '\n/.ai/\n');
}

/** As long as a spec may be. */
const READ_MAX_BYTES = 256 * 1024;

/** The files through which the loop and the agent speak. */
export class AiFolder {
  constructor(private readonly checkout: string) {}

  private path(name: string): string {
    return join(this.checkout, '.ai', name);
  }

  /** What a plain file of it begins with; null where there is none. The agent makes them: a link is not followed, a pipe not waited for. */
  read(name: 'SPEC.md' | 'new-learnings.md' | 'stuck.md'): string | null {
    let file: number | undefined;
    try {
      file = openSync(this.path(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if (!fstatSync(file).isFile()) return null;
      const bytes = Buffer.alloc(READ_MAX_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, READ_MAX_BYTES, 0)).toString('utf8');
    } catch {
      return null;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  write(name: 'SPEC.md', text: string): void {
    mkdirSync(join(this.checkout, '.ai'), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  remove(name: 'new-learnings.md' | 'stuck.md'): void {
    rmSync(this.path(name), { force: true });
  }
}
