import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { createProcessRuntime } from '../runtimes/process-runtime.ts';
import { runAdmission } from './admission.ts';
import { runBeat } from './beat.ts';
import { runCare } from './care.ts';
import { runOutbox } from './outbox.ts';
import { runPoll } from './poll.ts';
import { runReconcile } from './reconcile.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { runVitals } from './vitals.ts';
import { runVerifiers } from './verifier.ts';
import { Wake } from './wake.ts';

let database: TestDatabase;
let queue: Queue;
let dataDir: string;
let deps: SupervisorDeps;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  await queue.start();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-loops-'));
  const limits = { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.test', setupCommand: null, verifyCommand: null, agentCommand: null };
  const runtime = createProcessRuntime({ dataDir, ralphPath: join(dataDir, 'ralph.mjs'), bundle: async () => undefined, needsClaude: false, host: {} });
  deps = {
    ctx: { actor: { kind: 'supervisor', id: 's' }, db: database.db, now: () => new Date(), queue, config },
    supervisorId: 's',
    engines: { main: { id: await runtime.engineId(), runtime, gatewayUrl: 'http://127.0.0.1:1' }, spare: null },
    agents: ['demo'],
    mirrors: { dataDir, host: {}, githubServerUrl: 'https://github.test', githubToken: null, localMode: true },
    starting: new Set(),
    gatewayUpSince: new Date(),
    image: null,
    tell: () => undefined,
    log,
  };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const loops: [string, (signal: AbortSignal) => Promise<void>][] = [
  ['admission', (signal) => runAdmission(deps, { wake: new Wake(), signal })],
  ['reconcile', (signal) => runReconcile(deps, { wake: new Wake(), signal })],
  ['verifiers', (signal) => runVerifiers(deps, { wake: new Wake(), signal })],
  ['beat', (signal) => runBeat(deps, { off: () => [], startedAt: new Date(), signal })],
  ['care', (signal) => runCare(deps, signal)],
  ['vitals', (signal) => runVitals(deps, signal)],
  ['outbox', (signal) => runOutbox({ ctx: deps.ctx, supervisorId: 's', github: null, push: () => Promise.reject(new Error('none')), appUrl: '', log }, signal)],
  ['poll', (signal) => runPoll({ what: 'A poll', intervalMs: 3_600_000, report: () => undefined, log, now: () => new Date() }, async () => undefined, signal)],
];

test.each(loops)('the %s loop goes on until it is told to end, and then ends', async (_name, loop) => {
  const stop = new AbortController();
  let over = false;
  const running = loop(stop.signal).then(() => (over = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(over).toBe(false);
  stop.abort();
  await running;
});

test.each(loops)('the %s loop does not begin where it was told to end before', async (_name, loop) => {
  await loop(AbortSignal.abort());
});
