import { startChild } from '../io/child.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

const OUTPUT_MAX_CHARS = 32 * 1024 * 1024;
const GIT_MAX_MS = 10 * 60_000;
/** What a repository's own configuration could make git run is switched off. */
const SAFE = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'commit.gpgsign=false', '-c', 'gc.auto=0', '-c', 'core.quotePath=false'];

export const AUTHOR = { name: 'AI Software Factory', email: 'factory@localhost' };

export interface GitResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class GitError extends Error {}

/** How to speak to the gateway: kept in the environment of the one git call, never on disk. */
export interface GitRemote {
  url: string;
  token: string | null;
}

/** git in one checkout. Never prompts, never runs hooks, has a time limit. */
export class Git {
  constructor(
    readonly dir: string,
    private readonly env: Environment,
    private readonly signal: AbortSignal,
  ) {}

  /** Runs git and answers whatever came of it. */
  async run(args: string[], opts: { stdin?: string; remote?: GitRemote; env?: Environment; cwd?: string } = {}): Promise<GitResult> {
    const out = { stdout: '', stderr: '' };
    const add = (key: 'stdout' | 'stderr') => (chunk: string) => {
      if (out[key].length < OUTPUT_MAX_CHARS) out[key] += chunk;
    };
    const exit = await startChild({
      argv: ['git', ...SAFE, ...args],
      cwd: opts.cwd ?? this.dir,
      env: { ...this.env, ...identity, ...headerEnv(opts.remote), ...opts.env },
      ...(opts.stdin === undefined ? {} : { stdin: opts.stdin }),
      signal: this.signal,
      killGraceMs: 2_000,
      maxMs: GIT_MAX_MS,
      onStdout: add('stdout'),
      onStderr: add('stderr'),
    }).done;
    return { code: exit.exitCode, stdout: out.stdout, stderr: exit.startError ?? out.stderr };
  }

  /** Runs git and gives its output; throws GitError with git's own words where it fails. */
  async out(args: string[], opts: Parameters<Git['run']>[1] = {}): Promise<string> {
    const result = await this.run(args, opts);
    if (result.code !== 0) throw new GitError(`git ${args[0] ?? ''} failed: ${result.stderr.trim().slice(-2000) || `exit ${String(result.code)}`}`);
    return result.stdout;
  }

  /** Output of a command that ends each name with NUL. */
  async names(args: string[]): Promise<string[]> {
    return (await this.out(args)).split('\0').filter((name) => name !== '');
  }

  async head(): Promise<string> {
    return (await this.out(['rev-parse', 'HEAD'])).trim();
  }
}

const identity = {
  GIT_AUTHOR_NAME: AUTHOR.name,
  GIT_AUTHOR_EMAIL: AUTHOR.email,
  GIT_COMMITTER_NAME: AUTHOR.name,
  GIT_COMMITTER_EMAIL: AUTHOR.email,
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_EDITOR: '/bin/true',
};

function headerEnv(remote: GitRemote | undefined): Environment {
  if (remote === undefined || remote.token === null) return {};
  return {
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Bearer ${remote.token}`,
    GIT_CONFIG_KEY_1: 'credential.helper',
    GIT_CONFIG_VALUE_1: '',
    // The gateway is reached directly, never through the proxy that it is itself.
    GIT_CONFIG_KEY_2: 'http.proxy',
    GIT_CONFIG_VALUE_2: '',
  };
}
