import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { UNDO_CANCEL_MS } from '../../domain/work/undo-cancel.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { closeRun } from '../runs/close-run.ts';
import { claimRun } from '../runs/claim-run.ts';
import { cancelWorkItem } from './cancel-work-item.ts';
import { createWorkItem } from './create-work-item.ts';
import { pauseWorkItem } from './pause-work-item.ts';
import { retryWorkItem } from './retry-work-item.ts';
import { undoCancel } from './undo-cancel.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let now: Date;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ MAX_WORKERS: '9', COOLDOWN_SECONDS: '0' }), 'test');
  ctx = { db: database.db, queue, now: () => now, config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'member' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  now = new Date();
  await database.db.outbox.deleteMany();
  await database.db.workItem.deleteMany();
  await queue.start();
  await database.db.$executeRaw`DELETE FROM pgboss.job`;
});

const later = (ms: number) => (now = new Date(now.getTime() + ms));
const make = async (fields: object = {}) => (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] green', ...fields })).item;
const row = (id: string) => database.db.workItem.findUniqueOrThrow({ where: { id }, omit: { updatedAt: true, eventSeq: true, jobId: true } });
const close = (runId: string, outcome: Parameters<typeof closeRun>[2]['outcome']) =>
  database.db.$transaction((tx) => closeRun(supervisor, tx, { runId, outcome }));

async function claim(): Promise<{ id: string; workItemId: string }> {
  const claimed = await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
  if (claimed.kind !== 'claimed') throw new Error(JSON.stringify(claimed));
  return claimed.run;
}
async function cancel(id: string): Promise<string> {
  later(1_000);
  return (await cancelWorkItem(ctx, { id })).endedAt ?? '';
}
async function cancelAndUndo(id: string): Promise<void> {
  const cancelledAt = await cancel(id);
  later(1_000);
  await undoCancel(ctx, { id, cancelledAt });
}

test('what waited waits again in its old place, with all that it was', async () => {
  const [first] = [await make({ sourceId: 'a' }), await make({ sourceId: 'b' })];
  await database.db.workItem.update({ where: { id: first.id }, data: { attempts: 2, lastError: 'a fault' } });
  const before = await row(first.id);
  await cancelAndUndo(first.id);
  expect(await row(first.id)).toEqual(before);
  expect((await claim()).workItemId).toBe(first.id);
  const last = await database.db.audit.findFirst({ where: { workItemId: first.id, from: 'cancelled' } });
  expect(last).toMatchObject({ actor: 'Ada', to: 'queued', why: 'cancel undone by Ada' });
});

test('what waits after a fault goes on waiting as long, and says why', async () => {
  const { id } = await make();
  await close((await claim()).id, { kind: 'fault', reason: 'failed', detail: 'no space' });
  const before = await row(id);
  await cancelAndUndo(id);
  expect(await row(id)).toMatchObject({ state: 'queued', attempts: 1, notBefore: before.notBefore, waitingUntil: before.waitingUntil });
  expect((await row(id)).waitingReason).toContain('no space');
  const once = await row(id);
  await cancelAndUndo(id);
  expect(await row(id)).toEqual(once);
});

test('what was paused, stuck or failed is it again, with its reason and its time, however often it is cancelled', async () => {
  const paused = await make();
  await pauseWorkItem(ctx, { id: paused.id });
  const stuck = await make({ sourceId: 'b' });
  await close((await claim()).id, { kind: 'stuck', reason: 'budget', detail: 'all 30 iterations are used' });
  const failed = await make({ sourceId: 'c' });
  await close((await claim()).id, { kind: 'failed', detail: 'no such repository' });
  for (const { id } of [paused, stuck, failed]) {
    const before = await row(id);
    await cancelAndUndo(id);
    expect(await row(id)).toEqual(before);
    await cancelAndUndo(id);
    expect(await row(id)).toEqual(before);
  }
  expect((await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false })).kind).toBe('empty');
});

test('what ran waits for another worker on the same branch, its attempts and allowance as they were', async () => {
  const { id } = await make();
  const run = await claim();
  await database.db.workItem.update({ where: { id }, data: { attempts: 1 } });
  const before = await row(id);
  await cancelAndUndo(id);
  expect(await row(id)).toMatchObject({ state: 'queued', attempts: 1, branch: before.branch, queuedAt: before.queuedAt, endedAt: null });
  const again = await claim();
  expect(again).toMatchObject({ workItemId: id, branch: before.branch });
  expect(again.id).not.toBe(run.id);
});

test('what ran and was asked to pause is paused', async () => {
  const { id } = await make();
  await claim();
  await pauseWorkItem(ctx, { id });
  await cancelAndUndo(id);
  expect(await row(id)).toMatchObject({ state: 'paused', stateReason: 'paused by Ada', pauseRequestedBy: null });
});

test('a blocked item waits for the same again', async () => {
  const blocker = await make({ title: 'First' });
  const { id } = await make({ sourceId: 'b', blockedBy: [blocker.id] });
  await cancelAndUndo(id);
  expect(await row(id)).toMatchObject({ state: 'queued', waitingReason: 'waits for “First” (queued)' });
});

test('what was wanted of the outside is wanted again; the publication of the run that was ended is not', async () => {
  const { id } = await make();
  const run = await claim();
  const wish = { workItemId: id, kind: 'push', payload: { branch: 'b', commit: 'a'.repeat(40) } };
  await database.db.outbox.createMany({
    data: [
      { ...wish, id: 'of-a-person', dedupeKey: '1' },
      { ...wish, id: 'of-the-run', runId: run.id, dedupeKey: '2' },
      { ...wish, id: 'of-long-ago', dedupeKey: '3', state: 'failed', lastError: 'cancelled', doneAt: new Date(0) },
    ],
  });
  await cancelAndUndo(id);
  const rows = await database.db.outbox.findMany({ orderBy: { id: 'asc' }, select: { id: true, state: true } });
  expect(rows).toEqual([
    { id: 'of-a-person', state: 'pending' },
    { id: 'of-long-ago', state: 'failed' },
    { id: 'of-the-run', state: 'failed' },
  ]);
});

test('only the cancel that is meant, only while it holds, and not for long', async () => {
  const { id } = await make();
  await expect(undoCancel(ctx, { id, cancelledAt: now.toISOString() })).rejects.toMatchObject({ code: 'conflict', state: 'queued' });
  const mine = await cancel(id);
  await retryWorkItem(ctx, { id, fresh: false });
  await expect(undoCancel(ctx, { id, cancelledAt: mine })).rejects.toMatchObject({ code: 'conflict', state: 'queued' });
  const theirs = await cancel(id);
  await expect(undoCancel(ctx, { id, cancelledAt: mine })).rejects.toMatchObject({ code: 'conflict', state: 'cancelled' });
  later(UNDO_CANCEL_MS + 1);
  await expect(undoCancel(ctx, { id, cancelledAt: theirs })).rejects.toMatchObject({ code: 'conflict' });
  expect((await row(id)).state).toBe('cancelled');
  await expect(undoCancel(ctx, { id: 'none', cancelledAt: theirs })).rejects.toMatchObject({ code: 'not_found' });
  const viewer: Ctx = { ...ctx, actor: { kind: 'person', id: 'vi', name: 'Vi', role: 'viewer' } };
  await expect(undoCancel(viewer, { id, cancelledAt: theirs })).rejects.toMatchObject({ code: 'forbidden' });
});
