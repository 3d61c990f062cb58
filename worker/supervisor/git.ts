import { spawn } from 'node:child_process';
import { redact } from '../../server/domain/redaction.ts';
import { asProcessEnv } from '../../server/domain/process-env.ts';

/** What the host's git may need of the host's environment: where programs are, proxies, CA bundles, the ssh agent. Never a credential. */
export type HostEnv = Readonly<Record<string, string | undefined>>;

const PASSED_ON = /^(PATH|HOME|USER|LOGNAME|LANG|TMPDIR|SYSTEMROOT|SSH_AUTH_SOCK|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|(HTTPS?|NO|ALL)_PROXY)$/i;
const DEFAULT_TIMEOUT_MS = 60_000;
const KILL_GRACE_MS = 2_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const STDERR_KEPT_CHARS = 16_384;

export interface GitCall {
  host: HostEnv;
  args: string[];
  /** A bare mirror of the factory; never a tree that an agent wrote. */
  gitDir?: string;
  /** Configuration for this call alone, given by the environment: it shows in no process list and on no disk. */
  config?: Array<[key: string, value: string]>;
  env?: Record<string, string>;
  /** Transports that may be used; none by default. */
  protocols?: string[];
  input?: string;
  timeoutMs?: number;
  maxBytes?: number;
  signal?: AbortSignal;
}

export interface GitResult {
  /** null where git was ended by a signal, or could not be started. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Environment of a git that reads no configuration but the repository's and the given one, never prompts, runs no hooks
 * (unless `config` says otherwise) and speaks only the named transports.
 */
export function gitEnv(call: Pick<GitCall, 'host' | 'config' | 'env' | 'protocols'>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.host)) if (value !== undefined && PASSED_ON.test(name)) env[name] = value;
  const config: Array<[string, string]> = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ['protocol.allow', 'never'],
    ...(call.protocols ?? []).map((name): [string, string] => [`protocol.${name}.allow`, 'always']),
    ...(call.config ?? []),
  ];
  Object.assign(env, {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=15',
    GIT_CONFIG_COUNT: String(config.length),
  });
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return { ...env, ...call.env };
}

/** Runs git once and answers whatever came of it; time and output are bounded, and the signal ends it with its children. */
export function git(call: GitCall): Promise<GitResult> {
  const args = call.gitDir === undefined ? call.args : [`--git-dir=${call.gitDir}`, ...call.args];
  return new Promise((resolve) => {
    const child = spawn('git', args, { env: asProcessEnv(gitEnv(call)), cwd: call.gitDir ?? '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let ended: string | undefined;
    const end = (why: string) => {
      if (ended !== undefined) return;
      ended = why;
      killGroup(child.pid, 'SIGTERM');
      setTimeout(() => killGroup(child.pid, 'SIGKILL'), KILL_GRACE_MS).unref();
    };
    const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timer = setTimeout(() => end(`git took longer than ${timeoutMs / 1000} s`), timeoutMs);
    const onAbort = () => end('git was stopped');
    call.signal?.addEventListener('abort', onAbort, { once: true });
    if (call.signal?.aborted) onAbort();
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > (call.maxBytes ?? DEFAULT_MAX_BYTES)) end('git wrote more than is taken');
      else stdout.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT_CHARS);
    });
    child.stdin.on('error', () => undefined); // git may end before it read its input; its exit code says what came of it
    child.stdin.end(call.input ?? '');
    child.once('error', (error) => {
      ended ??= `git could not be started: ${error.message}`;
      child.emit('close', null);
    });
    child.once('close', (code: number | null) => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      resolve({
        code: ended === undefined ? code : null,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: ended ? `${stderr}\n${ended}`.trim() : stderr,
      });
    });
  });
}

/** Ends a detached child and all that it started. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** git's own last words: what it printed, without hints and without credentials. */
export function lastWords(result: GitResult): string {
  const lines = result.stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:') && !/^Cloning into/.test(line));
  const words = lines.slice(-8).join('\n').slice(-2000);
  return words === '' ? `git ended with ${result.code ?? 'a signal'}` : redact(words);
}
