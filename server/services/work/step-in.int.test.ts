import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { recordEvents } from '../events/record-events.ts';
import { grantIteration } from '../protocol/grant-iteration.ts';
import { heartbeat } from '../protocol/heartbeat.ts';
import { registerWorker } from '../protocol/register-worker.ts';
import { claimRun } from '../runs/claim-run.ts';
import { failRun } from '../runs/fail-run.ts';
import { cancelWorkItem } from './cancel-work-item.ts';
import { changeWorkItem } from './change-work-item.ts';
import { createWorkItem } from './create-work-item.ts';
import { getWorkItem } from './read/get-work-item.ts';
import { listWorkHistory } from './read/list-work-history.ts';
import { pauseWorkItem } from './pause-work-item.ts';
import { resumeWorkItem } from './resume-work-item.ts';
import { retryWorkItem } from './retry-work-item.ts';
import { sendMessage } from './send-message.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ MAX_WORKERS: '9', COOLDOWN_SECONDS: '0' }), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'cli', name: 'Ada' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
  await queue.start();
  await database.db.$executeRaw`DELETE FROM pgboss.job`;
});

const make = async (fields: object = {}) => (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] green\n- [ ] black', ...fields })).item;
const read = (id: string) => getWorkItem(ctx, { id });

async function claim(): Promise<{ id: string; workItemId: string; as: Ctx }> {
  const claimed = await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
  if (claimed.kind !== 'claimed') throw new Error(JSON.stringify(claimed));
  const { id, epoch, workItemId } = claimed.run;
  const as: Ctx = { ...ctx, actor: { kind: 'run', runId: id, epoch, role: 'worker' } };
  await registerWorker(as);
  return { id, workItemId, as };
}
const started = (as: Ctx, iteration: number, messages: string[]) =>
  recordEvents(as, { events: [{ v: 1, workerSeq: iteration, ts: new Date().toISOString(), iteration, type: 'iteration.started', messages }] });

describe('a message', () => {
  test('is given with the next iteration, again after a death, and read once a prompt held it', async () => {
    const { id } = await make();
    const { as } = await claim();
    await sendMessage(ctx, { id, message: { text: 'Mind the tea.' } });
    const first = await grantIteration(as, { n: 1 });
    expect(first).toMatchObject({ granted: true, messages: [{ from: 'Ada', text: 'Mind the tea.' }] });
    expect((await read(id)).messages).toMatchObject([{ readAt: null }]);
    expect(await grantIteration(as, { n: 1 })).toEqual(first);
    await started(as, 1, first.granted ? first.messages.map((message) => message.id) : []);
    expect((await read(id)).messages).toMatchObject([{ iteration: 1, readAt: expect.any(String) as string }]);
    expect(await grantIteration(as, { n: 2 })).toMatchObject({ messages: [] });
  });

  test('that no prompt held goes to the next run', async () => {
    const { id } = await make();
    const { as } = await claim();
    await sendMessage(ctx, { id, message: { text: 'Mind the tea.' } });
    await failRun(as, { kind: 'yielded', message: 'asked to' });
    expect(await grantIteration((await claim()).as, { n: 1 })).toMatchObject({ messages: [{ text: 'Mind the tea.' }] });
  });

  test('of another item is not marked as read by a run', async () => {
    const [mine, other] = [await make({ priority: 'critical' }), await make()];
    await sendMessage(ctx, { id: other.id, message: { text: 'For the other.' } });
    const { as, workItemId } = await claim();
    expect(workItemId).toBe(mine.id);
    await started(
      as,
      1,
      (await read(other.id)).messages.map((message) => message.id),
    );
    expect((await read(other.id)).messages).toMatchObject([{ readAt: null }]);
  });

  test('holds no secret, is not empty, and is refused where nobody would read it', async () => {
    const { id } = await make();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    expect((await sendMessage(ctx, { id, message: { text: `use ${token}` } })).messages[0]?.text).not.toContain(token);
    await expect(sendMessage(ctx, { id, message: { text: '  ' } })).rejects.toMatchObject({ code: 'bad_request', field: 'text' });
    await database.db.workItem.update({ where: { id }, data: { state: 'merged' } });
    await expect(sendMessage(ctx, { id, message: { text: 'late' } })).rejects.toMatchObject({ code: 'conflict', state: 'merged' });
  });
});

describe('pause', () => {
  test('of what waits takes it out of the queue at once; resume puts it back', async () => {
    const { id } = await make();
    expect(await pauseWorkItem(ctx, { id })).toMatchObject({ state: 'paused', stateReason: 'paused by Ada' });
    expect(await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false })).toEqual({ kind: 'empty' });
    expect(await resumeWorkItem(ctx, { id })).toMatchObject({ state: 'queued' });
    expect((await claim()).workItemId).toBe(id);
  });

  test('of what runs orders the worker to yield; then the item is paused, with what it has', async () => {
    const { id } = await make();
    const { as } = await claim();
    expect(await pauseWorkItem(ctx, { id })).toMatchObject({ state: 'running', pausing: true });
    expect(await heartbeat(as, { iteration: 0, ackVerifyRound: 0 })).toMatchObject({ order: 'yield' });
    expect(await grantIteration(as, { n: 1 })).toMatchObject({ granted: false, next: 'yield' });
    await failRun(as, { kind: 'yielded', message: 'the factory ordered: yield' });
    expect(await read(id)).toMatchObject({ state: 'paused', pausing: false, stateReason: 'paused by Ada', runs: [{ reason: 'yielded' }] });
    await resumeWorkItem(ctx, { id });
    await failRun((await claim()).as, { kind: 'yielded', message: 'later' });
    expect(await read(id)).toMatchObject({ state: 'queued' });
  });

  test('that was only asked for is taken back', async () => {
    const { id } = await make();
    const { as } = await claim();
    await pauseWorkItem(ctx, { id });
    expect(await resumeWorkItem(ctx, { id })).toMatchObject({ state: 'running', pausing: false });
    expect(await heartbeat(as, { iteration: 0, ackVerifyRound: 0 })).toMatchObject({ order: 'go_on' });
  });

  test('is refused with the state where there is nothing to pause or resume', async () => {
    const { id } = await make();
    await expect(resumeWorkItem(ctx, { id })).rejects.toMatchObject({ code: 'conflict', state: 'queued' });
    const { id: runId } = await claim();
    await database.db.run.update({ where: { id: runId }, data: { state: 'publishing' } });
    await expect(pauseWorkItem(ctx, { id })).rejects.toMatchObject({ code: 'conflict' });
    await expect(pauseWorkItem(ctx, { id: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a change', () => {
  test('of the priority is followed by the queue, with a row of the audit', async () => {
    const [, second] = [await make(), await make({ sourceId: 'b' })];
    expect(await changeWorkItem(ctx, { id: second.id, change: { priority: 'critical' } })).toMatchObject({ priority: 'critical' });
    expect((await claim()).workItemId).toBe(second.id);
    expect(await database.db.audit.findMany({ where: { workItemId: second.id, action: 'change.priority' } })).toMatchObject([
      { actor: 'Ada', from: 'medium', to: 'critical' },
    ]);
    const { count } = (await database.db.$queryRaw<{ count: number }[]>`SELECT count(*)::int FROM pgboss.job WHERE state = 'created'`)[0] ?? { count: -1 };
    expect(count).toBe(1);
  });

  test('of a budget holds for the next iteration of what runs', async () => {
    const { id } = await make({ maxIterations: 1 });
    const { as } = await claim();
    await grantIteration(as, { n: 1 });
    expect(await grantIteration(as, { n: 2 })).toMatchObject({ granted: false, next: 'stuck' });
    await changeWorkItem(ctx, { id, change: { maxIterations: 2 } });
    expect(await grantIteration(as, { n: 2 })).toMatchObject({ granted: true });
  });

  test('counts against a cap what was used since the last retry, and shows the same', async () => {
    const { id } = await make({ maxIterations: 1 });
    await grantIteration((await claim()).as, { n: 1 });
    expect((await read(id)).used).toMatchObject({ iterations: 1 });
    await cancelWorkItem(ctx, { id });
    await retryWorkItem(ctx, { id, fresh: false });
    expect((await read(id)).used).toEqual({ iterations: 0, usd: 0 });
    expect(await grantIteration((await claim()).as, { n: 1 })).toMatchObject({ granted: true });
    expect(await read(id)).toMatchObject({ used: { iterations: 1 }, runs: [{ iterations: 1 }, { iterations: 1 }] });
  });

  test('that is wrong names its field; of what is over it is refused', async () => {
    const { id } = await make();
    await expect(changeWorkItem(ctx, { id, change: { maxUsd: -1 } })).rejects.toMatchObject({
      code: 'bad_request',
      field: 'maxUsd',
      message: 'maxUsd: it must be more than 0.',
    });
    await expect(changeWorkItem(ctx, { id, change: {} })).rejects.toMatchObject({ code: 'bad_request' });
    await database.db.workItem.update({ where: { id }, data: { state: 'completed' } });
    await expect(changeWorkItem(ctx, { id, change: { priority: 'low' } })).rejects.toMatchObject({ code: 'conflict', state: 'completed' });
  });
});

describe('the history', () => {
  test('says who did what, the newest first, to whoever may look; the address is an admin’s to see', async () => {
    const from = { ...ctx, fromWhere: '192.0.2.7' };
    const { id } = await make();
    await make();
    await pauseWorkItem(from, { id });
    const viewer: Ctx = { ...ctx, actor: { kind: 'person', id: 'vi', name: 'Vi', role: 'viewer' } };
    const rows = await listWorkHistory(viewer, { id });
    expect(rows).toMatchObject([
      { who: 'Ada', action: 'state', from: 'queued', to: 'paused' },
      { who: 'Ada', action: 'create', to: 'queued' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('192.0.2.7');
    await expect(listWorkHistory(viewer, { id: 'none' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(listWorkHistory({ ...ctx, actor: { kind: 'run', runId: 'r', epoch: 1, role: 'worker' } }, { id })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
