import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** When a process started, as the system says it: with the pid it names one process for good. Null where there is none. */
export function startTime(pid: number): string | null {
  if (existsSync('/proc/self/stat')) return procFields(pid)?.[19] ?? null;
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 })
        .trim()
        .replace(/\s+/g, '_') || null
    );
  } catch {
    return null; // no such process
  }
}

/** Fields of /proc/<pid>/stat from the third (state) on: proc(5). The second may hold spaces and brackets. */
function procFields(pid: number | string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null; // gone meanwhile
  }
}

/** A zombie has ended; only its parent has not asked yet. */
export function isAlive(pid: number, started: string): boolean {
  return startTime(pid) === started && procFields(pid)?.[0] !== 'Z';
}

/** Members of a process group that carry this variable in their environment: what is left of a worker whose leader was killed. */
export function groupMembers(pgid: number, variable: string): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && procFields(name)?.[2] === String(pgid) && procFields(name)?.[0] !== 'Z')
    .filter((name) => readEnvironment(name).includes(variable))
    .map(Number);
}

function readEnvironment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // gone meanwhile, or another user's
  }
}

/** Sends a signal to a process or, with a negative id, to a group; one that is gone already is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
