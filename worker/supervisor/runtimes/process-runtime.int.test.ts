import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descendants, startTime } from '../../../server/adapters/process-table.ts';
import { createProcessRuntime } from './process-runtime.ts';
import type { WorkerRuntime, WorkerStart } from './worker-runtime.ts';

/** In Ralph's place: does what the workspace's file `do` says, else what its run is named for. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const run = process.env.FACTORY_RUN_ID;
console.log('out of ' + run + ' ' + process.argv.slice(2).join(' '));
writeFileSync(process.env.FACTORY_WORKSPACE + '/env.json', JSON.stringify(process.env));
if (run.startsWith('exits')) {
  console.error('err of ' + run);
  process.exit(3);
}
if (run.startsWith('busy')) {
  // A child in a session of its own, as an agent is: 200 MB, and a core.
  const work = 'const held = Buffer.alloc(220 * 1024 * 1024, 1); for (;;) held[0]++;';
  spawn(process.execPath, ['-e', work], { stdio: 'ignore', detached: true });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  console.error('err of ' + run);
}
if (run.startsWith('stubborn')) {
  process.on('SIGTERM', () => {});
  spawn('sleep', ['1000'], { stdio: 'ignore' });
}
if (!run.startsWith('busy') && !run.startsWith('exits')) console.error('err of ' + run);
setInterval(() => {}, 1000);
`;

let dataDir: string;
let runtime: WorkerRuntime;
const create = () =>
  createProcessRuntime({
    dataDir,
    ralphPath: join(dataDir, 'tools', 'ralph.mjs'),
    bundle: (outFile) => writeFile(outFile, PROGRAM),
    needsClaude: false,
    host: { PATH: process.env.PATH, GITHUB_TOKEN: 'a secret of the host' },
  });
const start = (runId: string, role: WorkerStart['role'] = 'worker', ready: Promise<unknown> = Promise.resolve()) =>
  runtime.start(
    { runId, workItemId: 'item', role, token: 'fwr_of-this-run', gatewayUrl: 'http://127.0.0.1:1', image: null, agent: 'demo' },
    { ready, signal: new AbortController().signal },
  );
const exited = (ref: string, of = runtime) => expect.poll(async () => (await of.inspect(ref)).state, { timeout: 20_000 }).toBe('exited');
const printed = (ref: string) => expect.poll(() => runtime.tail(ref, 10), { timeout: 20_000 }).toContain('err of');

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'factory-process-'));
  runtime = create();
  expect(await runtime.prepare(new AbortController().signal)).toEqual({ ready: true });
});
afterAll(async () => {
  for (const { ref } of await runtime.list()) await runtime.stop(ref, { graceMs: 0 });
  rmSync(dataDir, { recursive: true, force: true });
});

test('a worker that must not start leaves nothing behind', async () => {
  const runId = 'never-starts';
  await expect(start(runId, 'worker', Promise.reject(new Error('git: no such repository')))).rejects.toThrow('git: no such repository');
  expect(await runtime.list()).not.toContainEqual(expect.objectContaining({ runId }));
});

test('says how a worker ended and what it printed last', async () => {
  const { ref } = await start('exits0000001');
  await exited(ref);
  expect(await runtime.inspect(ref)).toEqual({ state: 'exited', exitCode: 3, oomKilled: false });
  expect(await runtime.tail(ref, 10)).toMatch(/^out of exits0000001 *\nerr of exits0000001$/);
  expect(await runtime.tail(ref, 1)).toBe('err of exits0000001');
});

test('the verifier is the same program in its other role', async () => {
  const { ref } = await start('exits0000002', 'verifier');
  await exited(ref);
  expect(await runtime.tail(ref, 10)).toContain('out of exits0000002 verify');
});

test('its environment holds its token, and nothing of the host but the path', async () => {
  const { ref } = await start('holds0000001');
  await printed(ref);
  const env = JSON.parse(readFileSync(join(dataDir, 'runs/holds0000001/worker/workspace/env.json'), 'utf8')) as Record<string, string>;
  expect(env.FACTORY_TOKEN).toBe('fwr_of-this-run');
  expect(Object.values(env).join(' ')).not.toContain('a secret of the host');
  const allowed =
    /^(PATH|HOME|LANG|PWD|OLDPWD|SHLVL|_|FACTORY_[A-Z_]+|(HTTPS?|NO)_PROXY|(https?|no)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|GIT_SSL_CAINFO|TZ)$/;
  expect(Object.keys(env).filter((name) => !allowed.test(name))).toEqual([]);
  await runtime.stop(ref, { graceMs: 0 });
});

test('outlives its supervisor: another runtime on the same data finds it, and sees its end', async () => {
  const { ref } = await start('adopt0000001');
  const next = create();
  expect(await next.inspect(ref)).toEqual({ state: 'running' });
  expect(await next.list()).toContainEqual({ ref, runId: 'adopt0000001', role: 'worker', running: true });
  await next.stop(ref, { graceMs: 5_000 });
  await exited(ref, next);
});

test('stop ends everything that it started, even what does not listen', async () => {
  const { ref } = await start('stubborn0001');
  await printed(ref);
  await runtime.stop(ref, { graceMs: 200 });
  await expect.poll(async () => (await runtime.list()).find((worker) => worker.ref === ref)?.running, { timeout: 20_000 }).toBe(false);
  expect(await runtime.inspect(ref)).toMatchObject({ state: 'exited', exitCode: null });
});

test('a process that only has the old pid is not the worker', async () => {
  const { ref } = await start('exits0000003');
  await exited(ref);
  const path = join(dataDir, 'runs/exits0000003/worker/identity.json');
  const identity = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...identity, pid: process.pid }));
  expect((await runtime.inspect(ref)).state).toBe('exited');
});

test('what is removed is gone; a kept workspace stays', async () => {
  const { ref } = await start('exits0000004');
  await exited(ref);
  await runtime.remove(ref, { keepWorkspace: true });
  expect(await runtime.inspect(ref)).toEqual({ state: 'gone' });
  const kept = join(dataDir, 'runs/exits0000004');
  expect(existsSync(join(kept, 'worker/workspace/env.json'))).toBe(true);
  const { ref: other } = await start('exits0000005');
  await exited(other);
  await runtime.remove(other, { keepWorkspace: false });
  expect(existsSync(join(dataDir, 'runs/exits0000005'))).toBe(false);
});

test('a start that fails says why', async () => {
  mkdirSync(join(dataDir, 'runs'), { recursive: true });
  writeFileSync(join(dataDir, 'runs/blocked00001'), 'a file in the way');
  await expect(start('blocked00001')).rejects.toMatchObject({
    name: 'RuntimeError',
    kind: 'engine',
    message: expect.stringContaining('could not be started') as string,
  });
  rmSync(join(dataDir, 'runs/blocked00001'));
});

test('what a worker prints is capped while it runs, and it prints on', async () => {
  const runId = 'talkative1';
  const dir = join(dataDir, 'runs', runId, 'worker');
  const { ref } = await start(runId);
  await printed(ref);
  appendFileSync(join(dir, 'stdout.log'), Buffer.alloc(33 * 1024 * 1024, 'x'));
  await runtime.list();
  expect(statSync(join(dir, 'stdout.log')).size).toBeLessThan(1024 * 1024);
  await runtime.stop(ref, { graceMs: 0 });
});

test('what a worker uses is counted with all that it started', async () => {
  const { ref } = await start('busy01');
  await printed(ref);
  await expect.poll(async () => (await runtime.usage(ref))?.memoryBytes).toBeGreaterThan(200 * 1024 * 1024);
  const first = await runtime.usage(ref);
  await expect.poll(async () => (await runtime.usage(ref))?.cpuSeconds, { timeout: 20_000 }).toBeGreaterThan((first?.cpuSeconds ?? 0) + 0.2);
  const [child = 0] = descendants(Number(ref.split(':')[0]));
  expect(startTime(child)).not.toBeNull();
  await runtime.stop(ref, { graceMs: 0 });
  await expect.poll(() => runtime.usage(ref), { timeout: 20_000 }).toBeNull();
  // It has a session of its own, and is ended all the same.
  await expect.poll(() => startTime(child), { timeout: 20_000 }).toBeNull();
});
