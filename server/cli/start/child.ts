import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { asProcessEnv } from '../../domain/process-env.ts';
import { ROOT } from '../version.ts';
import { openBoundedLog } from './bounded-log.ts';

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
    const log = openBoundedLog(logPath(options));
    const current = begin(options, (error) => {
      log.end();
      again(`could not be started: ${error.message}`);
    });
    if (!current) return;
    child = current;
    if (current.stdout) createInterface({ input: current.stdout }).on('line', (line) => void (log.write(`${line}\n`), tellWarning(options, line)));
    current.stderr?.on('data', (chunk: Buffer) => void (log.write(chunk.toString('utf8')), process.stderr.write(chunk)));
    current.once('close', () => log.end()); // after exit: its last words come through the pipes
    current.once('exit', (code, signal) => {
      if (Date.now() - startedAt > STABLE_MS) backoffMs = RESTART_MIN_MS;
      again(`ended (${signal ?? `exit ${code}`})`);
    });
  };
  const again = (what: string): void => {
    if (stopping) return;
    options.say(`${options.name} ${what}; starting it again in ${(backoffMs / 1000).toFixed(1)} s. Its log: ${logPath(options)}`);
    timer = setTimeout(start, backoffMs);
    backoffMs = Math.min(RESTART_MAX_MS, backoffMs * 2);
  };
  start();

  return {
    pid: () => child?.pid,
    stop: async (graceMs) => {
      stopping = true;
      clearTimeout(timer);
      const current = child;
      if (!current || current.pid === undefined || current.exitCode !== null || current.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => current.once('exit', () => resolve()));
      current.kill('SIGTERM');
      const kill = setTimeout(() => current.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(kill);
    },
  };
}

/** Spawns it; what was never there has no exit, and a machine that is short of something says so at once or a moment later. */
function begin({ args, env }: ChildOptions, failed: (error: Error) => void): ChildProcess | null {
  try {
    const child = spawn(process.execPath, [...args], { cwd: ROOT, env: asProcessEnv(env), detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    child.once('error', (error) => child.pid === undefined && failed(error));
    return child;
  } catch (error) {
    // Not before who asked has gone on.
    setImmediate(() => failed(error instanceof Error ? error : new Error(String(error))));
    return null;
  }
}

function logPath({ dataDir, name }: ChildOptions): string {
  return join(dataDir, 'logs', `${name}.log`);
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
