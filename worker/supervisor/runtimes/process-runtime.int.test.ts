import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../e2e/factory.ts';
import { newId } from '../../../server/db/ids.ts';
import { createProcessRuntime } from './process-runtime.ts';
import type { WorkerRuntime, WorkerStart } from './worker-runtime.ts';

const TOKEN = 'fwr_of-this-test';
const signal = new AbortController().signal;
let dataDir: string;
let refs: string[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'factory-process-'));
  refs = [];
});

afterEach(async () => {
  const runtime = runtimeOf('');
  for (const ref of refs) await runtime.stop(ref, { graceMs: 0 });
  rmSync(dataDir, { recursive: true, force: true });
});

/** A runtime whose Ralph is this script. */
function runtimeOf(script: string, host: Record<string, string> = { PATH: process.env.PATH ?? '' }): WorkerRuntime {
  const bundle = async (file: string) => writeFileSync(file, script);
  return createProcessRuntime({ dataDir, ralphPath: join(dataDir, 'tools', 'ralph.mjs'), bundle, needsClaude: false, host });
}

async function begin(runtime: WorkerRuntime, role: WorkerStart['role'] = 'worker', runId = newId()) {
  expect(await runtime.prepare(signal)).toEqual({ ready: true });
  const { ref } = await runtime.start({ runId, workItemId: newId(), role, token: TOKEN, gatewayUrl: runtime.gatewayUrl(7070), image: null, agent: 'demo' });
  refs.push(ref);
  return { ref, runId, dir: join(dataDir, 'runs', runId, role) };
}

const ended = (runtime: WorkerRuntime, ref: string) =>
  until('its end', async () => {
    const state = await runtime.inspect(ref);
    return state.state === 'exited' ? state : null;
  });

describe('a worker as a process', () => {
  it('gets its run and the way out in its environment, and nothing else of the host', async () => {
    const runtime = runtimeOf('console.log(JSON.stringify(process.env))', {
      PATH: process.env.PATH ?? '',
      GITHUB_TOKEN: 'ghp_secret',
      ANTHROPIC_API_KEY: 'sk-secret',
      DATABASE_URL: 'x',
    });
    const { ref, runId } = await begin(runtime);
    await ended(runtime, ref);
    const env = JSON.parse(await runtime.tail(ref, 5)) as Record<string, string>;
    const allowed = /^(PATH|HOME|LANG|PWD|OLDPWD|SHLVL|_|FACTORY_(URL|RUN_ID|TOKEN|ROLE|WORKSPACE)|(https?|no)_proxy|HTTPS?_PROXY|NO_PROXY)$/;
    expect(Object.keys(env).filter((name) => !allowed.test(name))).toEqual([]);
    expect(env).toMatchObject({ FACTORY_RUN_ID: runId, FACTORY_TOKEN: TOKEN, HTTPS_PROXY: `http://run:${TOKEN}@127.0.0.1:7070` });
  });

  it('leaves its exit code and both its outputs', async () => {
    const runtime = runtimeOf(`console.log('as', process.argv[2]); console.error('said aside'); process.exit(7)`);
    const { ref, runId } = await begin(runtime, 'verifier');
    expect(await ended(runtime, ref)).toEqual({ state: 'exited', exitCode: 7, oomKilled: false });
    expect(await runtime.tail(ref, 10)).toBe('as verify\nsaid aside');
    expect(await runtime.list()).toEqual([{ ref, runId, role: 'verifier', running: false }]);
  });

  it('outlives the kill -9 of who started it, and is the next one’s to see and to end', async () => {
    const runId = newId();
    const starter = join(dataDir, 'starter.mts');
    writeFileSync(
      starter,
      `import { writeFileSync } from 'node:fs';
       import { createProcessRuntime } from ${JSON.stringify(join(import.meta.dirname, 'process-runtime.ts'))};
       const ralph = "process.on('SIGTERM', () => process.exit(130)); setInterval(() => console.log('still here'), 20)";
       const bundle = async (file) => writeFileSync(file, ralph);
       const runtime = createProcessRuntime({ dataDir: ${JSON.stringify(dataDir)}, ralphPath: ${JSON.stringify(join(dataDir, 'r', 'ralph.mjs'))}, bundle, needsClaude: false, host: process.env });
       await runtime.prepare(new AbortController().signal);
       const { ref } = await runtime.start({ runId: '${runId}', workItemId: 'w', role: 'worker', token: 't', gatewayUrl: 'http://127.0.0.1:1', image: null, agent: 'demo' });
       console.log(ref);
       setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, ['--import', 'tsx', starter], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ref = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())));
    refs.push(ref);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));

    const next = runtimeOf('');
    expect(await next.list()).toEqual([{ ref, runId, role: 'worker', running: true }]);
    const before = (await next.tail(ref, 1000)).length;
    await until('more output after the kill', async () => (await next.tail(ref, 1000)).length > before);
    await next.stop(ref, { graceMs: 10_000 });
    expect(await next.inspect(ref)).toEqual({ state: 'exited', exitCode: 130, oomKilled: false });
  });

  it('is ended with all that it started, however deaf', async () => {
    const runtime = runtimeOf(`
      import { spawn } from 'node:child_process';
      process.on('SIGTERM', () => undefined);
      const child = spawn('sh', ['-c', 'trap "" TERM; while true; do sleep 0.05; done'], { stdio: 'ignore' });
      console.log(child.pid);
      setInterval(() => undefined, 1000);`);
    const { ref } = await begin(runtime);
    const pid = Number(await until('its child', async () => (await runtime.tail(ref, 1)) || null));
    await runtime.stop(ref, { graceMs: 200 });
    await until('both to be gone', async () => (await runtime.inspect(ref)).state === 'exited');
    await until('the child to be gone', () => !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    expect((await runtime.inspect(ref)) as object).toMatchObject({ exitCode: null });
  });

  it('is not confused with another process of the same number', async () => {
    const runtime = runtimeOf('');
    const { ref, dir } = await begin(runtime);
    await ended(runtime, ref);
    const identity = JSON.parse(readFileSync(join(dir, 'identity.json'), 'utf8')) as object;
    writeFileSync(join(dir, 'identity.json'), JSON.stringify({ ...identity, pid: process.pid }));
    expect((await runtime.inspect(ref)).state).toBe('exited');
    await runtime.stop(ref, { graceMs: 0 });
    expect(execFileSync('ps', ['-o', 'pid=', '-p', String(process.pid)], { encoding: 'utf8' }).trim()).toBe(String(process.pid));
  });

  it('keeps its workspace where that is asked, and else leaves nothing', async () => {
    const runtime = runtimeOf(`import { writeFileSync } from 'node:fs'; writeFileSync(process.env.FACTORY_WORKSPACE + '/kept', 'x')`);
    const kept = await begin(runtime);
    const dropped = await begin(runtime);
    for (const { ref } of [kept, dropped]) await ended(runtime, ref);
    await runtime.remove(kept.ref, { keepWorkspace: true });
    await runtime.remove(dropped.ref, { keepWorkspace: false });
    expect(existsSync(join(kept.dir, 'workspace', 'kept'))).toBe(true);
    expect(existsSync(join(dataDir, 'runs', dropped.runId))).toBe(false);
    expect(await runtime.list()).toEqual([]);
    expect(await runtime.inspect(kept.ref)).toEqual({ state: 'gone' });
  });
});
