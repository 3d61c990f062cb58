import { startChild } from './child.ts';
import { TailBuffer } from './text.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

/** Longest time a setup or verify command may take. */
const COMMAND_MAX_MS = 30 * 60_000;
const LOG_MAX_CHARS = 256 * 1024;

export interface ShellResult {
  /** Null where it was killed or could not be started. */
  exitCode: number | null;
  /** Last part of stdout and stderr, as they came. */
  log: string;
}

/** Runs one command line by `sh -c`; the log is bounded, the whole group dies with it. */
export async function runShell(opts: {
  command: string;
  cwd: string;
  env: Environment;
  signal: AbortSignal;
  maxMs?: number;
  onOutput?: (chunk: string) => void;
}): Promise<ShellResult> {
  const tail = new TailBuffer(LOG_MAX_CHARS);
  const take = (chunk: string) => {
    tail.push(chunk);
    opts.onOutput?.(chunk);
  };
  const maxMs = opts.maxMs ?? COMMAND_MAX_MS;
  const exit = await startChild({
    argv: ['/bin/sh', '-c', opts.command],
    cwd: opts.cwd,
    env: opts.env,
    signal: opts.signal,
    killGraceMs: 2_000,
    maxMs,
    onStdout: take,
    onStderr: take,
  }).done;
  if (exit.startError !== null) take(`${exit.startError}\n`);
  if (exit.stopped === 'too_long') take(`ended after ${Math.round(maxMs / 60_000)} min without a result\n`);
  return { exitCode: exit.stopped === null ? exit.exitCode : null, log: tail.toString() };
}

/** What a program needs to run; names only. Proxy and CA variables are the worker's way out. */
const KEPT =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TERM|SHELL|USER|LOGNAME|TMPDIR|CI|(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|npm_config_\w+|pip_\w+|uv_\w+)$/i;

/** Environment of a project's own commands: no run token, nothing of the factory. */
export function cleanEnv(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => KEPT.test(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0' };
}

/** The worker's environment without the factory's own variables, for an agent. */
export function agentEnv(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => !/^FACTORY_(TOKEN|RUN_ID|URL)$/.test(name));
  const name = 'AI Software Factory';
  const email = 'factory@localhost';
  return {
    ...Object.fromEntries(kept),
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_TERMINAL_PROMPT: '0',
  };
}
