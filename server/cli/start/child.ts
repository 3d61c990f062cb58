import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../version.ts';
import { asProcessEnv } from '../../domain/process-env.ts';

const LOG_MAX_BYTES = 20 * 1024 * 1024;
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 30_000;
/** A process that lived this long starts its backoff anew. */
const STABLE_MS = 60_000;

export interface ChildOptions {
  name: 'web' | 'supervisor';
  args: readonly string[];
  env: Record<string, string>;
  dataDir: string;
  /** One line for the person at the console. */
  say: (line: string) => void;
}

export interface Child {
  pid: () => number | undefined;
  /** Asks it to end; kills it after the grace. Resolves when it is gone. */
  stop: (graceMs: number) => Promise<void>;
}

/**
 * Keeps one process of the factory running: restarted with a growing pause when it ends by itself. It has a session of its own (a
 * Ctrl-C reaches only us) and an IPC channel, by whose end it sees that we are gone.
 */
export function keepRunning(options: ChildOptions): Child {
  let child: ChildProcess | undefined;
  let stopping = false;
  let backoffMs = RESTART_MIN_MS;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedAt = Date.now();
    const log = openLog(options);
    const current = spawn(process.execPath, [...options.args], {
      cwd: ROOT,
      env: asProcessEnv(options.env),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = current;
    if (current.stdout) createInterface({ input: current.stdout }).on('line', (line) => void (log.write(`${line}\n`), tellWarning(options, line)));
    current.stderr?.on('data', (chunk: Buffer) => void (log.write(chunk), process.stderr.write(chunk)));
    current.once('error', (error) => options.say(`${options.name} could not be started: ${error.message}`));
    current.once('exit', (code, signal) => {
      log.end();
      if (stopping) return;
      if (Date.now() - startedAt > STABLE_MS) backoffMs = RESTART_MIN_MS;
      options.say(`${options.name} ended (${signal ?? `exit ${code}`}); starting it again in ${(backoffMs / 1000).toFixed(1)} s. Its log: ${logPath(options)}`);
      timer = setTimeout(start, backoffMs);
      backoffMs = Math.min(RESTART_MAX_MS, backoffMs * 2);
    });
  };
  start();

  return {
    pid: () => child?.pid,
    stop: async (graceMs) => {
      stopping = true;
      clearTimeout(timer);
      const current = child;
      if (!current || current.exitCode !== null || current.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => current.once('exit', () => resolve()));
      current.kill('SIGTERM');
      const kill = setTimeout(() => current.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(kill);
    },
  };
}

function logPath({ dataDir, name }: ChildOptions): string {
  return join(dataDir, 'logs', `${name}.log`);
}

/** One file and one older one, each bounded. */
function openLog(options: ChildOptions): NodeJS.WritableStream {
  const path = logPath(options);
  mkdirSync(join(options.dataDir, 'logs'), { recursive: true, mode: 0o700 });
  if (existsSync(path) && statSync(path).size > LOG_MAX_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}

/** Warnings and errors of the child's log (pino: level 40 and up) are shown on the console as well. */
function tellWarning({ name, say }: ChildOptions, line: string): void {
  if (!line.startsWith('{')) return;
  try {
    const entry = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } };
    if ((entry.level ?? 0) >= 40) say(`${name}: ${entry.msg ?? ''}${entry.err?.message ? `: ${entry.err.message}` : ''}`);
  } catch {
    return; // not a line of the log
  }
}
