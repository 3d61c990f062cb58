import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

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
    .filter((name) => readWords(`/proc/${name}/environ`)?.includes(variable))
    .map(Number);
}

/**
 * Environments of all processes in which Node runs this program, each null where it may not be read: another user's. Null where the
 * system has no /proc, so that nobody can tell.
 * @param program how its path ends
 */
export function environmentsOf(program: string): (string[] | null)[] | null {
  if (!existsSync('/proc/self/stat')) return null;
  return readdirSync('/proc').flatMap((name) => {
    const [file = '', ...args] = (/^\d+$/.test(name) && readWords(`/proc/${name}/cmdline`)) || [];
    if (basename(file) !== 'node' || !args.some((arg) => arg.endsWith(program))) return [];
    const environment = readWords(`/proc/${name}/environ`);
    const state = procFields(name)?.[0];
    return state === undefined || state === 'Z' ? [] : [environment]; // one that ended meanwhile works for nobody
  });
}

/** Clock ticks a second in /proc: fixed by the kernel's interface to programs, proc(5). */
const TICKS = 100;

/** CPU and memory of a process and all that descends from it; null where it is gone or the system has no /proc. */
export function treeUsage(root: number): { cpuSeconds: number; memoryBytes: number } | null {
  if (procFields(root) === null) return null;
  const tree = [root, ...descendants(root)];
  // Fields 14 to 17: own time, and that of children which have ended and were waited for.
  const ticks = (fields: string[]) => [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return {
    cpuSeconds: tree.reduce((sum, pid) => sum + ticks(procFields(pid) ?? []), 0) / TICKS,
    memoryBytes: tree.reduce((sum, pid) => sum + residentBytes(pid), 0),
  };
}

/** Children of a process, theirs and so on, whatever session they made for themselves; none where the system has no /proc. */
export function descendants(root: number): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const fields = procFields(name);
    if (!fields || fields[0] === 'Z') continue;
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [...(children.get(root) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // gone meanwhile
  }
}

/** What /proc tells as words with a zero byte between; null where the process is gone meanwhile, or another user's. */
function readWords(path: string): string[] | null {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return null;
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
