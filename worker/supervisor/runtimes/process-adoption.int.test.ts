import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../e2e/factory.ts';
import { newId } from '../../../server/db/ids.ts';
import { createProcessRuntime } from './process-runtime.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

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
function runtimeOf(script: string): WorkerRuntime {
  const host = { PATH: process.env.PATH };
  const bundle = async (file: string) => writeFileSync(file, script);
  return createProcessRuntime({ dataDir, ralphPath: join(dataDir, 'tools', 'ralph.mjs'), bundle, needsClaude: false, host });
}

async function begin(runtime: WorkerRuntime): Promise<{ ref: string }> {
  expect(await runtime.prepare(signal)).toEqual({ ready: true });
  const start = {
    runId: newId(),
    workItemId: newId(),
    role: 'worker',
    token: 'fwr_x',
    gatewayUrl: runtime.gatewayUrl(7070),
    image: null,
    agent: 'demo',
  } as const;
  const { ref } = await runtime.start(start, { ready: Promise.resolve(), signal });
  refs.push(ref);
  return { ref };
}

describe('a worker whose supervisor or leader is gone', () => {
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
       const { ref } = await runtime.start({ runId: '${runId}', workItemId: 'w', role: 'worker', token: 't', gatewayUrl: 'http://127.0.0.1:1', image: null, agent: 'demo' }, { ready: Promise.resolve(), signal: AbortSignal.timeout(60000) });
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
});
