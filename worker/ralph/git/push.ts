import type { Git, GitRemote } from './git.ts';
import { backoffMs, sleep } from '../io/sleep.ts';

export type PushResult = { kind: 'pushed' } | { kind: 'refused'; why: string } | { kind: 'stopped' };

/** git's own words for a push that reached the other side and was turned down there. */
const REFUSED = /\[remote rejected\]|\[rejected\]|pre-receive hook declined|^remote: .*(refus|reject|denied)/im;

/** The gate's own words for "ask again": it could not reach the factory, which says nothing about the work. */
const ASK_AGAIN = /^remote: The factory (could not be asked|did not answer in time)/m;

/**
 * Pushes HEAD to the run's branch. An unreachable gateway is waited for; a refusal is answered with the `remote:` lines
 * that say why.
 */
export async function pushBranch(git: Git, opts: { remote: GitRemote; branch: string; signal: AbortSignal }): Promise<PushResult> {
  for (let failures = 0; ; failures += 1) {
    const push = await git.run(['push', '--porcelain', '--no-verify', opts.remote.url, `HEAD:refs/heads/${opts.branch}`], { remote: opts.remote });
    if (push.code === 0) return { kind: 'pushed' };
    const words = `${push.stderr}\n${push.stdout}`;
    if (REFUSED.test(words) && !ASK_AGAIN.test(words)) return { kind: 'refused', why: refusalText(words) };
    if (opts.signal.aborted) return { kind: 'stopped' };
    await sleep(backoffMs(failures, 500, 5_000), opts.signal);
  }
}

function refusalText(words: string): string {
  const remote = words.split('\n').filter((line) => line.startsWith('remote:'));
  const lines = remote.length > 0 ? remote.map((line) => line.slice('remote:'.length).trim()) : words.split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .join('\n')
    .slice(0, 4000);
}
