import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureClaudeCli } from './claude-cli.ts';
import { descendants, groupMembers, isAlive, signalProcess, startTime, treeUsage } from '../../../server/adapters/process-table.ts';
import { removeOldWorkspaces } from './kept-workspaces.ts';
import { capOutput, OUTPUT_FILES, tailOutput } from './output-files.ts';
import { type Readiness, RuntimeError, type WorkerRuntime, type WorkerSeen, type WorkerStart } from './worker-runtime.ts';
import { asProcessEnv } from '../../../server/domain/process-env.ts';

/** Kept workspaces are looked through this often. */
const CARE_MS = 60 * 60_000;
/** The shell that starts Ralph stays as leader of the session and leaves the exit code in a file: adoptable after a kill -9 of us. A stop reaches the whole group: the shell lives through it to write. */
const LEADER = 'trap : TERM INT HUP; "$@"; code=$?; echo "$code" > exit-code.tmp && mv exit-code.tmp exit-code';

const identitySchema = z.object({ ref: z.string(), pid: z.number().int(), started: z.string() });

export interface ProcessRuntimeOptions {
  dataDir: string;
  /** Where Ralph's one-file program is; made by prepare(). */
  ralphPath: string;
  /** Makes that file. */
  bundle: (outFile: string) => Promise<unknown>;
  /** Claude Code works where nobody else is named: the pinned CLI is fetched before the first worker, else with the first that needs it. */
  needsClaude: boolean;
  /** Host's PATH and CA variables, handed on. */
  host: Readonly<Record<string, string | undefined>>;
}

/** Workers as processes of this machine: a session and a folder each, nothing sealed. */
export function createProcessRuntime(options: ProcessRuntimeOptions): WorkerRuntime {
  const runsDir = join(options.dataDir, 'runs');
  const folder = (ref: string) => join(runsDir, ...splitRef(ref));
  let ready: Readiness | undefined;
  let preparing: Promise<void> | undefined;
  let claudeBin: string | null = null;
  let careAt = 0;

  async function makeReady(signal: AbortSignal): Promise<void> {
    try {
      mkdirSync(dirname(options.ralphPath), { recursive: true });
      const fresh = `${options.ralphPath}.${process.pid}`;
      await options.bundle(fresh);
      await rename(fresh, options.ralphPath);
      if (options.needsClaude) {
        ready = { ready: false, reason: 'fetching the pinned Claude Code CLI' };
        claudeBin = await ensureClaudeCli(options.dataDir, signal);
      }
      ready = { ready: true };
    } catch (error) {
      ready = { ready: false, reason: error instanceof Error ? error.message : String(error) };
      preparing = undefined; // tried again at the next question
    }
  }

  function readIdentity(ref: string): z.infer<typeof identitySchema> | null {
    try {
      return identitySchema.parse(JSON.parse(readFileSync(join(folder(ref), 'identity.json'), 'utf8')));
    } catch {
      return null; // never started, or removed
    }
  }

  function environment({ runId, token, gatewayUrl, role }: WorkerStart, dir: string): Record<string, string> {
    const { PATH = '/usr/local/bin:/usr/bin:/bin', NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, GIT_SSL_CAINFO, TZ } = options.host;
    const proxy = gatewayUrl.replace('://', `://run:${token}@`);
    const own = {
      PATH: `${dirname(process.execPath)}:${PATH}`,
      HOME: join(dir, 'home'),
      LANG: 'C.UTF-8',
      FACTORY_URL: gatewayUrl,
      FACTORY_RUN_ID: runId,
      FACTORY_TOKEN: token,
      FACTORY_ROLE: role,
      FACTORY_WORKSPACE: join(dir, 'workspace'),
      ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy },
      ...{ NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' },
    };
    const optional = { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, GIT_SSL_CAINFO, TZ, FACTORY_CLAUDE_BIN: claudeBin ?? undefined };
    return Object.fromEntries(Object.entries({ ...own, ...optional }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  return {
    kind: 'process',
    isolated: false,
    engineId: async () => `process:${hostname()}`,
    prepare: async (signal) => {
      ready ??= { ready: false, reason: 'bundling Ralph' };
      preparing ??= makeReady(signal);
      if (!options.needsClaude) await preparing;
      if (Date.now() >= careAt) {
        careAt = Date.now() + CARE_MS;
        removeOldWorkspaces(runsDir, Date.now());
      }
      return ready;
    },
    gatewayHost: async () => '127.0.0.1',
    gatewayUrl: (port) => `http://127.0.0.1:${port}`,
    start: async (start, about) => {
      await about.ready;
      const ref = `${start.runId}/${start.role}`;
      const dir = folder(ref);
      let files: number[] = [];
      try {
        rmSync(dir, { recursive: true, force: true });
        for (const part of ['workspace', 'home']) mkdirSync(join(dir, part), { recursive: true });
        files = OUTPUT_FILES.map((name) => openSync(join(dir, name), 'a'));
        const [out = 'ignore', err = 'ignore'] = files;
        if (start.agent === 'claude') claudeBin ??= await ensureClaudeCli(options.dataDir, about.signal);
        const mode = start.role === 'verifier' ? ['verify'] : [];
        const child = spawn('sh', ['-c', LEADER, 'leader', process.execPath, options.ralphPath, ...mode], {
          ...{ cwd: dir, detached: true, stdio: ['ignore', out, err], env: asProcessEnv(environment(start, dir)) },
        });
        await new Promise<void>((resolve, reject) => {
          child.once('spawn', resolve);
          child.once('error', reject);
        });
        child.unref();
        const pid = child.pid ?? 0;
        writeFileSync(join(dir, 'identity.json'), JSON.stringify({ ref, pid, started: startTime(pid) ?? '' }));
        return { ref: `${pid}:${ref}` };
      } catch (cause) {
        const disk = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
        throw new RuntimeError(disk ? 'disk' : 'engine', `The worker process could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      } finally {
        for (const file of files) closeSync(file);
      }
    },
    inspect: async (ref) => {
      const identity = readIdentity(ref);
      if (!identity) return { state: 'gone' };
      if (isAlive(identity.pid, identity.started)) return { state: 'running' };
      return { state: 'exited', exitCode: readExitCode(folder(ref)), oomKilled: false };
    },
    stop: async (ref, { graceMs }) => {
      const identity = readIdentity(ref);
      if (!identity) return;
      const [runId] = splitRef(ref);
      const members = () => {
        const left = groupMembers(identity.pid, `FACTORY_RUN_ID=${runId}`);
        return isAlive(identity.pid, identity.started) && !left.includes(identity.pid) ? [identity.pid, ...left] : left;
      };
      if (members().length === 0) return;
      // An agent has a session of its own; Ralph ends it, unless Ralph itself is killed.
      const tree = descendants(identity.pid).map((pid) => ({ pid, started: startTime(pid) }));
      if (graceMs > 0) signalProcess(-identity.pid, 'SIGTERM');
      const deadline = Date.now() + graceMs;
      while (members().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      if (members().length > 0) signalProcess(-identity.pid, 'SIGKILL');
      for (const { pid, started } of tree) if (started !== null && isAlive(pid, started)) signalProcess(pid, 'SIGKILL');
    },
    usage: async (ref) => {
      const identity = readIdentity(ref);
      return identity && isAlive(identity.pid, identity.started) ? treeUsage(identity.pid) : null;
    },
    list: async () => {
      if (!existsSync(runsDir)) return [];
      const found: WorkerSeen[] = [];
      for (const runId of readdirSync(runsDir)) {
        for (const role of ['worker', 'verifier'] as const) {
          const identity = readIdentity(`${runId}/${role}`);
          if (!identity) continue;
          const running = isAlive(identity.pid, identity.started) || groupMembers(identity.pid, `FACTORY_RUN_ID=${runId}`).length > 0;
          capOutput(folder(`${runId}/${role}`));
          found.push({ ref: `${identity.pid}:${runId}/${role}`, runId, role, running });
        }
      }
      return found;
    },
    tail: (ref, lines) => tailOutput(folder(ref), lines),
    remove: async (ref, { keepWorkspace }) => {
      const dir = folder(ref);
      rmSync(join(dir, 'identity.json'), { force: true });
      if (keepWorkspace) return;
      rmSync(dir, { recursive: true, force: true });
      const run = dirname(dir);
      if (existsSync(run) && readdirSync(run).length === 0) rmSync(run, { recursive: true, force: true });
    },
  };
}

/** `<pid>:<runId>/<role>` or `<runId>/<role>` → the two names of its folder. */
function splitRef(ref: string): [string, string] {
  const [runId = '', role = ''] = ref.replace(/^\d+:/, '').split('/');
  if (!/^[a-z0-9]{6,32}$/.test(runId) || !/^(worker|verifier)$/.test(role)) throw new Error(`no reference of the process runtime: ${ref}`);
  return [runId, role];
}

function readExitCode(dir: string): number | null {
  try {
    const code = Number.parseInt(readFileSync(join(dir, 'exit-code'), 'utf8'), 10);
    return Number.isNaN(code) ? null : code;
  } catch {
    return null; // killed before it could write one
  }
}
