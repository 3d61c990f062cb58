import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../../e2e/test-context.ts';
import { claimRun } from '../../../server/services/runs/claim-run.ts';
import { attachWorker } from '../../../server/services/runs/prepare-run.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { createProcessRuntime } from '../runtimes/process-runtime.ts';
import type { WorkerRuntime } from '../runtimes/worker-runtime.ts';
import { reconcileOnce } from './reconcile.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

let context: Awaited<ReturnType<typeof createTestContext>>;
let dataDir: string;
let runtime: WorkerRuntime;
beforeAll(async () => {
  context = await createTestContext();
  await context.queue.start();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-reconcile-'));
  const bundle = (outFile: string) => writeFile(outFile, 'setInterval(() => {}, 1000);');
  runtime = createProcessRuntime({ dataDir, ralphPath: join(dataDir, 'ralph.mjs'), bundle, needsClaude: false, host: { PATH: process.env.PATH } });
  expect(await runtime.prepare(new AbortController().signal)).toEqual({ ready: true });
});
afterAll(async () => {
  for (const { ref } of await runtime.list()) await runtime.stop(ref, { graceMs: 0 });
  await context.end();
  rmSync(dataDir, { recursive: true, force: true });
});

function supervisor(over: Partial<WorkerRuntime>): SupervisorDeps {
  const config = { ...context.ctx.config, limits: { ...context.ctx.config.limits, cooldownSeconds: 0 } };
  return {
    ctx: { ...context.ctx, config, actor: { kind: 'supervisor', id: 's' } },
    supervisorId: 's',
    engines: { main: { id: 'here', runtime: { ...runtime, ...over }, gatewayUrl: 'http://127.0.0.1:1' }, spare: null },
    agents: ['demo'],
    mirrors: { dataDir, host: {}, githubServerUrl: 'https://github.test', githubToken: null, localMode: true },
    starting: new Set(),
    gatewayUpSince: new Date(),
    image: null,
    tell: () => undefined,
    log: pino({ level: 'silent' }),
  };
}

async function claimed(deps: SupervisorDeps) {
  const { item } = await createWorkItem(context.ctx, { repo: 'https://git.test/a.git', spec: '- [ ] one' });
  const claim = await claimRun(deps.ctx, { engineId: 'here', runtime: 'process', agents: ['demo'], isolated: false });
  if (claim.kind !== 'claimed') throw new Error(JSON.stringify(claim));
  expect(claim.run.workItemId).toBe(item.id);
  return claim.run;
}

async function startWorker(deps: SupervisorDeps, runId: string): Promise<string> {
  const start = { runId, workItemId: 'item', role: 'worker', token: 't', gatewayUrl: 'http://127.0.0.1:1', image: null, agent: 'demo' } as const;
  const { ref } = await runtime.start(start, { ready: Promise.resolve(), signal: new AbortController().signal });
  expect(await attachWorker(deps.ctx, { runId, workerRef: ref })).toBe(true);
  return ref;
}

const stateOf = async (id: string) => (await context.database.db.run.findUniqueOrThrow({ where: { id } })).state;

test('a worker that is made after the workers were listed, and before the runs are read, is not taken for gone', async () => {
  const before = supervisor({});
  const run = await claimed(before);
  const between = supervisor({
    list: async () => {
      const listed = await runtime.list();
      await startWorker(before, run.id);
      return listed;
    },
  });
  await reconcileOnce(between, { lastClockGap: null });
  expect(await stateOf(run.id)).toBe('starting');
  await reconcileOnce(before, { lastClockGap: null });
  expect(await stateOf(run.id)).toBe('starting');
});

test('a worker that is gone ends its run; where the engine cannot say so, its run goes on', async () => {
  const run = await claimed(supervisor({}));
  const ref = await startWorker(supervisor({}), run.id);
  await runtime.stop(ref, { graceMs: 0 });
  await runtime.remove(ref, { keepWorkspace: false });
  await reconcileOnce(supervisor({ inspect: () => Promise.reject(new Error('the engine is away')) }), { lastClockGap: null });
  expect(await stateOf(run.id)).toBe('starting');
  await reconcileOnce(supervisor({}), { lastClockGap: null });
  expect(await stateOf(run.id)).toBe('ended');
});
