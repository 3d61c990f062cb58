import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { asProcessEnv, type Environment } from '../../../server/domain/process-env.ts';

/** Why Ralph ended a child; null where it ended by itself. */
export type ChildStop = 'aborted' | 'idle' | 'too_long' | 'grace';

export interface ChildOptions {
  argv: string[];
  cwd: string;
  env: Environment;
  stdin?: string;
  signal: AbortSignal;
  /** Time between SIGTERM and SIGKILL to the process group. */
  killGraceMs: number;
  /** No output for this long ends it. */
  idleMs?: number;
  /** Running for this long ends it. */
  maxMs?: number;
  onStdout: (chunk: string) => void;
  onStderr: (chunk: string) => void;
}

export interface ChildExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stopped: ChildStop | null;
  /** It could not be started at all: the system's own words. */
  startError: string | null;
}

export interface Child {
  done: Promise<ChildExit>;
  stop: (reason: ChildStop) => void;
}

/** An order or a signal leaves Ralph itself little time: it must see its children dead first. */
const ABORT_GRACE_MS = 2_000;
/** After the leader is gone, its pipes may be held open by what it left behind; that long, no longer. */
const DRAIN_MS = 1_000;

/**
 * Runs a program as the leader of its own process group, watched for silence and length.
 * Whatever it left running in the group is killed when it ends. Never rejects.
 */
export function startChild(opts: ChildOptions): Child {
  const [file, ...args] = opts.argv;
  const timers = new Set<NodeJS.Timeout>();
  let stopped: ChildStop | null = null;
  let idle: NodeJS.Timeout | undefined;
  const child = spawn(file ?? '', args, { cwd: opts.cwd, env: asProcessEnv(opts.env), detached: true, stdio: ['pipe', 'pipe', 'pipe'] });

  const signalGroup = (name: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group is gone already, which is what was wanted.
    }
  };
  const after = (ms: number, act: () => void) => {
    const timer = setTimeout(act, ms);
    timers.add(timer);
    return timer;
  };
  const stop = (reason: ChildStop) => {
    if (stopped !== null) return;
    stopped = reason;
    signalGroup('SIGTERM');
    const graceMs = reason === 'aborted' ? Math.min(opts.killGraceMs, ABORT_GRACE_MS) : opts.killGraceMs;
    after(graceMs, () => signalGroup('SIGKILL'));
  };
  const touch = () => {
    if (opts.idleMs === undefined) return;
    if (idle !== undefined) {
      clearTimeout(idle);
      timers.delete(idle);
    }
    idle = after(opts.idleMs, () => stop('idle'));
  };

  const done = new Promise<ChildExit>((resolve) => {
    let settled = false;
    const onAbort = () => stop('aborted');
    const settle = (exit: Omit<ChildExit, 'stopped'>) => {
      if (settled) return;
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      opts.signal.removeEventListener('abort', onAbort);
      signalGroup('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...exit, stopped });
    };
    child.on('error', (error) => settle({ exitCode: null, signal: null, startError: error.message }));
    child.on('exit', (exitCode, signal) => after(DRAIN_MS, () => settle({ exitCode, signal, startError: null })));
    child.on('exit', () => signalGroup('SIGKILL'));
    child.on('close', (exitCode, signal) => settle({ exitCode, signal, startError: null }));
    read(child.stdout, opts.onStdout, touch);
    read(child.stderr, opts.onStderr, touch);
    // A child that ends without reading its input closes the pipe early; that is its right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(opts.stdin ?? '');
    touch();
    if (opts.maxMs !== undefined) after(opts.maxMs, () => stop('too_long'));
    if (opts.signal.aborted) onAbort();
    else opts.signal.addEventListener('abort', onAbort, { once: true });
  });
  return { done, stop };
}

function read(stream: NodeJS.ReadableStream, onChunk: (chunk: string) => void, touch: () => void): void {
  const decoder = new StringDecoder('utf8');
  stream.on('data', (data: Buffer) => {
    touch();
    onChunk(decoder.write(data));
  });
  stream.on('error', () => undefined);
}
