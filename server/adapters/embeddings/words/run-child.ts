import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../../process-table.ts';

const KILL_GRACE_MS = 2_000;
const STDERR_KEPT_CHARS = 4_000;

export interface ChildEnd {
  /** Null where it was ended by a signal, or never started. */
  code: number | null;
  /** Why it was ended, or could not be started. */
  ended: 'time' | 'signal' | 'missing' | null;
  /** The end of what it wrote there. */
  stderr: string;
}

/**
 * Runs a program to its end, in a group of its own: the signal and the time limit end it with all that it started.
 * @throws only the signal's reason, once it is aborted and the program is gone
 */
export async function runChild(command: string, args: readonly string[], { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<ChildEnd> {
  signal.throwIfAborted();
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let stopped = false;
  let late = false;
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-STDERR_KEPT_CHARS)));
  const stop = () => {
    if (stopped || child.pid === undefined) return;
    stopped = true;
    const group = -child.pid;
    signalProcess(group, 'SIGTERM');
    void sleep(KILL_GRACE_MS, undefined, { ref: false }).then(() => signalProcess(group, 'SIGKILL'));
  };
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  const end = await new Promise<{ code: number | null; missing: boolean }>((resolve) => {
    child.once('error', () => resolve({ code: null, missing: true }));
    child.once('close', (code) => resolve({ code, missing: false }));
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  const ended = end.missing ? 'missing' : late ? 'time' : end.code === null ? 'signal' : null;
  return { code: end.code, ended, stderr };
}
