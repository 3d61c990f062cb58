import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { grantIteration } from '../protocol/grant-iteration.ts';
import { registerWorker } from '../protocol/register-worker.ts';
import { type Claim, claimRun } from '../runs/claim-run.ts';
import { getStatus } from '../status/get-status.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { getWorkItem } from '../work/read/get-work-item.ts';
import { getLimits } from './get-limits.ts';
import { pauseFactory, resumeFactory } from './pause-factory.ts';
import { setLimit } from './set-limit.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  await queue.start();
  const config = serviceConfig(parseEnv({ MAX_WORKERS: '1', COOLDOWN_SECONDS: '0', DAILY_BUDGET: '5' }), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'cli', name: 'Ada' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
  await database.db.setting.deleteMany();
  await database.db.$executeRaw`DELETE FROM pgboss.job`;
});

const make = async () => (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] green' })).item.id;
const claim = (): Promise<Claim> =>
  claimRun({ ...ctx, actor: { kind: 'supervisor', id: 'here' } }, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
async function worker(): Promise<Ctx> {
  const claimed = await claim();
  if (claimed.kind !== 'claimed') throw new Error(JSON.stringify(claimed));
  const as: Ctx = { ...ctx, actor: { kind: 'run', runId: claimed.run.id, epoch: claimed.run.epoch, role: 'worker' } };
  await registerWorker(as);
  return as;
}
const limit = async (name: string) => (await getLimits(ctx)).limits.find((each) => each.name === name);

test('the environment’s value holds until a person sets one; that wins at once, and can be taken back', async () => {
  await make();
  await make();
  expect((await claim()).kind).toBe('claimed');
  expect(await claim()).toMatchObject({ kind: 'refused', reason: '1 of 1 workers are busy (MAX_WORKERS)' });
  expect(await limit('maxWorkers')).toEqual({ name: 'maxWorkers', value: 1, fallback: 1, set: null });
  await setLimit(ctx, { name: 'maxWorkers', value: 2 });
  expect((await claim()).kind).toBe('claimed');
  expect(await limit('maxWorkers')).toMatchObject({ value: 2, fallback: 1, set: { by: 'Ada' } });
  expect(await getStatus(ctx)).toMatchObject({ maxWorkers: 2 });
  await setLimit(ctx, { name: 'maxWorkers' });
  expect(await limit('maxWorkers')).toMatchObject({ value: 1, set: null });
  expect(await database.db.audit.findMany({ where: { action: 'limit.maxWorkers' } })).toMatchObject([{ from: '1', to: '2' }, { from: '2' }]);
});

test('a lowered daily budget holds for the next iteration of what runs', async () => {
  await make();
  const as = await worker();
  expect(await grantIteration(as, { n: 1 })).toMatchObject({ granted: true });
  await setLimit(ctx, { name: 'dailyBudget', value: 1 });
  expect(await grantIteration(as, { n: 2 })).toMatchObject({ granted: false, next: 'yield', reason: "today's 1 iterations are spent (DAILY_BUDGET)" });
});

test('no cap in USD is a value too', async () => {
  await setLimit(ctx, { name: 'dailyBudgetUsd', value: 3 });
  await setLimit(ctx, { name: 'dailyBudgetUsd', value: null });
  expect(await limit('dailyBudgetUsd')).toMatchObject({ value: null, set: { by: 'Ada' } });
});

test('a wrong value names what it takes, and changes nothing', async () => {
  await expect(setLimit(ctx, { name: 'maxWorkers', value: -1 })).rejects.toMatchObject({ code: 'bad_request', field: 'maxWorkers' });
  await expect(setLimit(ctx, { name: 'maxWorkers', value: 'many' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(setLimit(ctx, { name: 'colour', value: 1 })).rejects.toMatchObject({ code: 'bad_request' });
  expect(await limit('maxWorkers')).toMatchObject({ value: 1, set: null });
});

test('a paused factory starts nothing, lets what runs yield, and says so on what waits', async () => {
  await make();
  const as = await worker();
  const waiting = await make();
  await pauseFactory(ctx, { reason: 'moving house' });
  expect(await grantIteration(as, { n: 1 })).toMatchObject({ granted: false, next: 'yield' });
  await setLimit(ctx, { name: 'maxWorkers', value: 9 });
  expect(await claim()).toMatchObject({ kind: 'refused', reason: 'Ada paused the factory: moving house' });
  expect((await getWorkItem(ctx, { id: waiting })).waitingReason).toBe('Ada paused the factory: moving house');
  expect((await getStatus(ctx)).paused).toBe('Ada paused the factory: moving house');
  await resumeFactory(ctx);
  expect((await claim()).kind).toBe('claimed');
  expect((await getStatus(ctx)).paused).toBeNull();
});
