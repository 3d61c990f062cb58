import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { takeRequest } from '../../../server/services/settings/requests/answer-requests.ts';
import { checkHealth } from '../../../server/services/settings/check-health.ts';
import { getHealth } from '../../../server/services/settings/get-health.ts';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { Wake } from '../loops/wake.ts';
import { answer } from './answer.ts';
import { answerNext, runRequests } from './run-requests.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let dataDir: string;
const parts = {
  get ctx() {
    return supervisor;
  },
  mirrors: { dataDir: '/nowhere', host: {}, githubServerUrl: 'https://github.test', githubToken: null, localMode: true },
};
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const live = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-requests-'));
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'admin' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.db.supervisorRequest.deleteMany();
  await database.db.supervisor.deleteMany();
  await supervisorBeat(supervisor, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
});

test('health is what the doctor of the supervisor’s machine prints, and stays on the screen while it is asked again', async () => {
  await checkHealth(ctx, { supervisorId: 'here' });
  expect((await getHealth(ctx)).supervisors).toMatchObject([{ host: 'box', alive: true, request: { state: 'waiting', askedBy: 'Ada' }, last: null }]);
  const host = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: database.url, RUNTIME: 'process' };
  expect(await answerNext({ ctx: supervisor, log, answer: (ask, signal) => answer({ ...parts, host, env: parseEnv({}), log }, ask, signal) }, live)).toBe(true);
  const [machine] = (await getHealth(ctx)).supervisors;
  const checks = machine?.last?.answer?.checks ?? [];
  expect(checks.find((check) => check.name === 'Database')).toMatchObject({ result: 'PASS' });
  expect(checks.find((check) => check.name === 'GitHub token')).toMatchObject({ result: 'WARN', fix: expect.stringContaining('set GITHUB_TOKEN') as string });
  await checkHealth(ctx, { supervisorId: 'here' });
  expect((await getHealth(ctx)).supervisors).toMatchObject([{ request: { state: 'waiting' }, last: { id: machine?.last?.id } }]);
});

test('health is asked of the supervisor’s own environment: the secrets of the sign-in, and a web app elsewhere, are not missed', async () => {
  await checkHealth(ctx, { supervisorId: 'here' });
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: database.url, RUNTIME: 'process' };
  const host = { ...own, AUTH_GITHUB_ID: 'Iv1.factory', APP_URL: 'http://localhost:1' };
  await answerNext({ ctx: supervisor, log, answer: (ask, signal) => answer({ ...parts, host, env: parseEnv({}), log }, ask, signal) }, live);
  const checks = (await getHealth(ctx)).supervisors[0]?.last?.answer?.checks ?? [];
  expect(checks.find((check) => check.name === 'Configuration')).toEqual({ name: 'Configuration', result: 'PASS', detail: 'reads well' });
  expect(checks.find((check) => check.name === 'Live streams')).toMatchObject({ result: 'PASS', detail: expect.stringContaining('not looked at') as string });
});

test('one question is taken once, and one that a killed process took is asked anew', async () => {
  await checkHealth(ctx, { supervisorId: 'here' });
  const taken = await Promise.all([takeRequest(supervisor), takeRequest(supervisor), takeRequest(supervisor)]);
  expect(taken.filter((each) => each !== null)).toHaveLength(1);
  expect(await takeRequest({ ...supervisor, actor: { kind: 'supervisor', id: 'there' } })).toBeNull();

  const stop = new AbortController();
  const asked: string[] = [];
  const said = { fixed: [], checks: [] };
  const loop = runRequests({ ctx: supervisor, log, answer: async (ask) => (asked.push(ask.kind), said) }, { wake: new Wake(), signal: stop.signal });
  await expect.poll(async () => (await getHealth(ctx)).supervisors[0]?.last?.state).toBe('answered');
  stop.abort();
  await loop;
  expect(asked).toEqual(['health']);
});

test('what cannot be answered says why; what nobody foresaw keeps its words to the log', async () => {
  for (const [thrown, shown] of [
    [new AppError('unavailable', 'The remote is down.'), 'The remote is down.'],
    [new Error('password=hunter2'), 'The supervisor could not find out; its log says why.'],
  ] as const) {
    await checkHealth(ctx, { supervisorId: 'here' });
    await answerNext({ ctx: supervisor, log, answer: () => Promise.reject(thrown) }, live);
    expect((await getHealth(ctx)).supervisors).toMatchObject([{ request: { state: 'failed', error: shown } }]);
  }
});

test('a silent supervisor is not asked, and one that a worker speaks for cannot be', async () => {
  await database.db.supervisor.updateMany({ data: { beatAt: new Date(Date.now() - 60_000) } });
  await expect(checkHealth(ctx, { supervisorId: 'here' })).rejects.toThrow(/does not answer now/);
  const worker: Ctx = { ...ctx, actor: { kind: 'run', runId: 'r', epoch: 1, role: 'worker' } };
  await expect(checkHealth(worker, { supervisorId: 'here' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(getHealth(worker)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(takeRequest(ctx)).rejects.toMatchObject({ code: 'forbidden' });
});

test('what was said to have got no answer is not done days later', async () => {
  await checkHealth(ctx, { supervisorId: 'here' });
  await database.db.supervisorRequest.updateMany({ data: { askedAt: new Date(Date.now() - 121_000) } });
  expect((await getHealth(ctx)).supervisors[0]?.request).toMatchObject({ state: 'failed', error: 'The supervisor did not answer within 2 minutes.' });
  expect(await takeRequest(supervisor)).toBeNull();
  expect(await database.db.supervisorRequest.findMany()).toMatchObject([{ state: 'failed' }]);
  await checkHealth(ctx, { supervisorId: 'here' });
  expect(await takeRequest(supervisor)).not.toBeNull();
});
