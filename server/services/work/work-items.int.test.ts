import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import { cancelWorkItem } from './cancel-work-item.ts';
import { claimRun } from '../runs/claim-run.ts';
import type { Ctx } from '../context.ts';
import { countWorkItems } from './read/count-work-items.ts';
import { createWorkItem } from './create-work-item.ts';
import { getQueue } from '../status/get-queue.ts';
import { getStatus } from '../status/get-status.ts';
import { killWorker } from '../runs/kill-worker.ts';
import { moveWorkItem } from './move-work-item.ts';
import { unblockDependents } from './queue-work-item.ts';
import { readReconcileFacts } from '../runs/read-reconcile-facts.ts';
import { recordEvents } from '../events/record-events.ts';
import { requestDraftPullRequest } from './request-draft-pull-request.ts';
import { retryWorkItem } from './retry-work-item.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let now = new Date('2026-11-23T12:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ MAX_WORKERS: '9', COOLDOWN_SECONDS: '0', FACTORY_TZ: 'Europe/Berlin' }), 'test');
  ctx = { db: database.db, queue, now: () => now, config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'member' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  now = new Date('2026-11-23T12:00:00Z');
  await database.db.outbox.deleteMany();
  await database.db.workItem.deleteMany();
  await database.db.modelCall.deleteMany();
  await database.db.supervisor.deleteMany();
});

const make = async (fields: object = {}) => (await createWorkItem(ctx, { repo: 'acme/shop', spec: '# Tea\n\n- [ ] green\n- [ ] black', ...fields })).item;
const row = (id: string) => database.db.workItem.findUniqueOrThrow({ where: { id } });
const move = (id: string, from: Parameters<typeof moveWorkItem>[1]['from'], to: Parameters<typeof moveWorkItem>[1]['to']) =>
  database.db.$transaction((tx) => moveWorkItem(tx, { id, from, to, actor: 'Ada', why: 'a test', now }));

async function claim(): Promise<{ id: string; epoch: number }> {
  const claimed = await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
  if (claimed.kind !== 'claimed') throw new Error(JSON.stringify(claimed));
  return claimed.run;
}

describe('moveWorkItem', () => {
  test('moves once, with an audit row and a line of the log; from another state it writes nothing', async () => {
    const { id } = await make();
    expect(await move(id, ['queued'], 'cancelled')).toBe(true);
    expect(await move(id, ['queued'], 'cancelled')).toBe(false);
    const audits = await database.db.audit.findMany({ where: { workItemId: id, action: 'state' } });
    expect(audits).toMatchObject([{ actor: 'Ada', from: 'queued', to: 'cancelled', why: 'a test', at: now }]);
    expect((await row(id)).eventSeq).toBe(2);
  });

  test('refuses a move that the table does not have', async () => {
    const { id } = await make();
    await expect(move(id, ['merged'], 'queued')).rejects.toThrow('no move from merged to queued');
    expect((await row(id)).state).toBe('queued');
  });
});

describe('an item that waits for another', () => {
  test('has no job until its blocker is completed, and says meanwhile what became of it', async () => {
    const first = await make({ title: 'First' });
    const second = await make({ title: 'Second', blockedBy: [first.id] });
    expect(await row(second.id)).toMatchObject({ jobId: null, waitingReason: 'waits for “First” (queued)' });
    await cancelWorkItem(ctx, { id: first.id });
    expect((await row(second.id)).waitingReason).toBe('waits for “First” (cancelled)');
    await retryWorkItem(ctx, { id: first.id, fresh: false });
    await claim();
    expect((await row(second.id)).waitingReason).toBe('waits for “First” (running)');
    await move(first.id, ['running'], 'completed');
    await database.db.$transaction((tx) => unblockDependents(tx, queue, { id: first.id, now }));
    expect(await row(second.id)).toMatchObject({ waitingReason: null });
    expect((await row(second.id)).jobId).not.toBeNull();
  });

  test('is healed by reconcile where its blocker finished and nobody queued it', async () => {
    const first = await make();
    const second = await make({ blockedBy: [first.id] });
    const lost = () => readReconcileFacts(supervisor, { engineIds: ['e'], workerRunIds: [] }).then((facts) => facts.itemsWithoutJob);
    expect(await lost()).toEqual([]);
    await database.db.workItem.update({ where: { id: first.id }, data: { state: 'merged', jobId: null } });
    expect(await lost()).toEqual([second.id]);
  });
});

describe('retry', () => {
  const kept = { branch: 'ai-factory/x', headCommit: 'a'.repeat(40), spec: '# Tea\n\n- [x] green\n- [ ] black' };
  const stopped = { ...kept, tasksDone: 1, attempts: 3 };

  test.each(['stuck', 'failed', 'cancelled', 'paused', 'closed'])('of a %s item goes on with branch, commit and checked boxes', async (state) => {
    const { id } = await make();
    await database.db.workItem.update({ where: { id }, data: { ...stopped, state, jobId: null } });
    expect(await retryWorkItem(ctx, { id, fresh: false })).toMatchObject({ state: 'queued', ...kept, tasks: { done: 1, total: 2 } });
    expect(await row(id)).toMatchObject({ attempts: 0, tasksDone: 1, branchSuffix: 0 });
  });

  test('fresh takes a new branch and the spec as it was submitted', async () => {
    const { id } = await make();
    await database.db.workItem.update({ where: { id }, data: { ...stopped, state: 'closed', jobId: null } });
    await retryWorkItem(ctx, { id, fresh: true });
    expect(await row(id)).toMatchObject({ attempts: 0, tasksDone: 0, branch: null, headCommit: null, spec: '# Tea\n\n- [ ] green\n- [ ] black' });
    await claim();
    expect((await row(id)).branch).toBe(`ai-factory/${id}-tea-2`);
  });
});

describe('a draft pull request of what a stopped item has', () => {
  const pending = (id: string) => database.db.outbox.findMany({ where: { workItemId: id, state: 'pending' }, orderBy: { createdAt: 'asc' } });
  async function stuckWithCommits(): Promise<string> {
    const { id } = await make();
    const run = await claim();
    await database.db.workItem.update({ where: { id }, data: { headCommit: 'b'.repeat(40), baseCommit: 'a'.repeat(40) } });
    await killWorker(ctx, { id: run.id });
    return id;
  }

  test('is a push and a draft, once, however often it is asked for', async () => {
    const id = await stuckWithCommits();
    await requestDraftPullRequest(ctx, { id });
    await requestDraftPullRequest(ctx, { id });
    expect((await pending(id)).map((each) => each.kind).sort()).toEqual(['pull_request', 'push']);
  });

  test('is tried again where it was given up before', async () => {
    const id = await stuckWithCommits();
    await requestDraftPullRequest(ctx, { id });
    await cancelWorkItem(ctx, { id });
    expect(await pending(id)).toEqual([]);
    await requestDraftPullRequest(ctx, { id });
    expect((await pending(id)).map((each) => each.kind).sort()).toEqual(['pull_request', 'push']);
    expect((await pending(id)).map((each) => each.attempts)).toEqual([0, 0]);
  });

  test('is refused where nothing was committed', async () => {
    const { id } = await make();
    await cancelWorkItem(ctx, { id });
    await expect(requestDraftPullRequest(ctx, { id })).rejects.toMatchObject({ code: 'conflict', state: 'cancelled' });
  });
});

test('killing a worker of an earlier run leaves the one that took over alone', async () => {
  const { id } = await make();
  const old = await claim();
  await database.db.workItem.update({ where: { id }, data: { epoch: { increment: 1 } } });
  await expect(killWorker(ctx, { id: old.id })).rejects.toMatchObject({ code: 'conflict' });
  expect((await row(id)).state).toBe('running');
});

test('a worker ticks boxes of the stored spec; text that differs elsewhere ticks none', async () => {
  const { id } = await make();
  const run = await claim();
  const worker: Ctx = { ...ctx, actor: { kind: 'run', runId: run.id, epoch: run.epoch, role: 'worker' } };
  const post = (workerSeq: number, spec: string) =>
    recordEvents(worker, { events: [{ v: 1, workerSeq, ts: now.toISOString(), type: 'spec.updated', spec } as never] });
  await post(1, '# Tea\n\n- [x] green\n- [x] something easier');
  expect((await row(id)).tasksDone).toBe(0);
  await post(2, '# Tea\n\n- [x] green\n- [ ] black');
  expect(await row(id)).toMatchObject({ tasksDone: 1, spec: '# Tea\n\n- [x] green\n- [ ] black' });
  await post(3, '# Tea\n\n- [ ] green\n- [x] black');
  expect(await row(id)).toMatchObject({ tasksDone: 2, spec: '# Tea\n\n- [x] green\n- [x] black' });
});

describe('status', () => {
  test('counts iterations and USD of the local day, reservations included', async () => {
    await make();
    const run = await claim();
    // Berlin's 23 November began at 23:00 UTC on the 22nd.
    const times = ['2026-11-22T22:59:59Z', '2026-11-22T23:00:00Z', '2026-11-23T11:00:00Z'].map((at) => new Date(at));
    await database.db.iteration.createMany({ data: times.map((grantedAt, n) => ({ runId: run.id, n: n + 1, grantedAt })) });
    const calls = times.map((startedAt, n) => ({ id: `m${n}`, runId: run.id, model: 'm', reservedUsd: 2, costUsd: n === 2 ? null : 0.5, startedAt }));
    await database.db.modelCall.createMany({ data: calls });
    expect(await getStatus(ctx)).toMatchObject({ iterationsToday: 2, usdToday: 2.5, usdReserved: 2, workersAlive: 1, queueDepth: 0, waiting: null });
  });

  test('says why the first in the queue waits, and who is needed', async () => {
    await make({ priority: 'high' });
    const run = await claim();
    await killWorker(ctx, { id: run.id });
    const { id } = await make({ priority: 'low' });
    await make();
    const beat = { id: 'here', host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: now };
    await database.db.supervisor.create({ data: { ...beat, beatAt: new Date(now.getTime() - 29_000) } });
    await database.db.workItem.updateMany({ where: { state: 'queued', id: { not: id } }, data: { waitingReason: 'cooldown' } });
    const status = await getStatus(ctx);
    expect(status.waiting).toEqual({ reason: 'cooldown', retryAt: null });
    expect(status.needsYou).toMatchObject([{ state: 'stuck', reason: 'killed by Ada' }]);
    expect(status.supervisors).toMatchObject([{ alive: true }]);
    now = new Date(now.getTime() + 2_000);
    expect((await getStatus(ctx)).waiting?.reason).toMatch(/no supervisor is running: start one with npm start/);
  });
});

test('work is counted by state over all of it, by the filters of the list', async () => {
  const { id } = await make({ title: 'Milk' });
  await make({ sourceId: 'b', priority: 'high' });
  await cancelWorkItem(ctx, { id });
  expect(await countWorkItems(ctx, {})).toEqual({ queued: 1, cancelled: 1 });
  expect(await countWorkItems(ctx, { q: 'milk' })).toEqual({ cancelled: 1 });
  expect(await countWorkItems(ctx, { priority: ['low'] })).toEqual({});
});

test('the queue shows what is urgent first, however much waits before it', async () => {
  const base = { source: 's', repo: 'a/b', repoKind: 'github', cloneUrl: 'x', spec: '- [ ] a', originalSpec: '- [ ] a', tasksTotal: 1, createdBy: 'x' };
  await database.db.workItem.createMany({
    data: Array.from({ length: 1_001 }, (_, n) => ({
      ...{ ...base, id: `i${n}`, sourceId: `i${n}`, title: `t${n}`, state: 'queued', maxIterations: 1, maxUsd: 1 },
      ...{ priority: n === 1_000 ? 'critical' : 'low', queuedAt: new Date(now.getTime() + n) },
    })),
  });
  const { items } = await getQueue(ctx);
  expect(items).toHaveLength(1_000);
  expect(items[0]?.id).toBe('i1000');
  expect(items[1]?.id).toBe('i0');
});
