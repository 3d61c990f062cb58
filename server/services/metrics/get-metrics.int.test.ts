import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { metricsSchema } from '../../contracts/metrics.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { getMetrics } from './get-metrics.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const DAY = 24 * 60;

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ FACTORY_TZ: 'Europe/Berlin' }), 'test');
  ctx = { db: database.db, queue, now: () => NOW, config, actor: { kind: 'cli', name: 'Ada' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
  await database.db.audit.deleteMany();
  await database.db.modelCall.deleteMany();
});

let count = 0;
/** One item: submitted, taken after `waited`, ended after `took` minutes. */
async function item(life: { repo: string; submitted: number; waited: number; took: number; ends: string[]; usd?: number; iterations?: number }): Promise<void> {
  const id = `item-${++count}`;
  const { repo, submitted, waited, took, ends } = life;
  const state = ends.at(-1) ?? 'running';
  await database.db.workItem.create({
    data: {
      ...{ id, source: 'test', sourceId: id, repo, repoKind: 'github', cloneUrl: 'x', title: id, originalSpec: 'x', spec: 'x', tasksTotal: 1, state },
      ...{ maxIterations: 30, maxUsd: 10, createdBy: 'Ada', createdAt: ago(submitted) },
    },
  });
  const move = (action: string, to: string, at: number) => database.db.audit.create({ data: { actor: 'x', action, workItemId: id, to, at: ago(at) } });
  await move('create', 'queued', submitted);
  await move('state', 'running', submitted - waited);
  for (const end of ends) await move('state', end, submitted - took);
  const runId = `run-${count}`;
  await database.db.run.create({
    data: {
      ...{ id: runId, workItemId: id, epoch: 1, state: 'ended', runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b' },
      ...{ createdAt: ago(submitted - waited), costUsd: life.usd ?? 0, iterations: life.iterations ?? 1 },
    },
  });
  if (life.usd !== undefined)
    await database.db.modelCall.create({ data: { id: runId, runId, model: 'm', reservedUsd: 99, costUsd: life.usd, startedAt: ago(submitted - waited) } });
  for (let n = 1; n <= (life.iterations ?? 1); n++) await database.db.iteration.create({ data: { runId, n, grantedAt: ago(submitted - waited) } });
}

test('nothing happened: nothing to measure, which is not zero', async () => {
  const metrics = await getMetrics(ctx, {});
  expect(metricsSchema.parse(metrics)).toEqual(metrics);
  expect(metrics.summary).toMatchObject({ delivered: 0, successRate: null, durationP50Seconds: null, queueWaitP50Seconds: null, usdPerMergedPr: null, usd: 0 });
  expect(metrics.byRepo).toEqual([]);
  expect(metrics.buckets).toHaveLength(8);
});

test('counts each item by its last outcome, with its duration, wait and cost', async () => {
  await item({ repo: 'acme/shop', submitted: 300, waited: 2, took: 62, ends: ['in_review', 'merged'], usd: 1.5, iterations: 3 });
  await item({ repo: 'acme/shop', submitted: 200, waited: 4, took: 20, ends: ['stuck', 'queued', 'completed'], usd: 0.5, iterations: 5 });
  await item({ repo: 'acme/tea', submitted: 100, waited: 6, took: 50, ends: ['failed'], usd: 4 });
  await item({ repo: 'acme/tea', submitted: 30 * DAY, waited: 6, took: 50, ends: ['failed'], usd: 9 });
  const { summary, byRepo } = await getMetrics(ctx, { period: 'week' });
  expect(summary).toMatchObject({
    ...{ delivered: 2, stuck: 0, failed: 1, merged: 1, usd: 6, iterations: 9 },
    ...{ durationP50Seconds: 41 * 60, queueWaitP50Seconds: 4 * 60, usdPerMergedPr: 1.5, iterationsPerItem: 4 },
  });
  expect(summary.successRate).toBeCloseTo(2 / 3);
  expect(summary.durationP95Seconds).toBeCloseTo((20 + 0.95 * 42) * 60);
  expect(byRepo).toMatchObject([
    { repo: 'acme/shop', delivered: 2, successRate: 1, usd: 2, iterations: 8 },
    { repo: 'acme/tea', delivered: 0, failed: 1, successRate: 0, durationP50Seconds: null, usd: 4 },
  ]);
  expect((await getMetrics(ctx, { period: 'week', repo: 'acme/tea' })).summary).toMatchObject({ delivered: 0, failed: 1, usd: 4, merged: 0 });
});

test('days are those of the factory’s time zone, none left out', async () => {
  // 23:30 UTC on the 21st is the 22nd in Berlin.
  await item({ repo: 'a/b', submitted: DAY + 12 * 60 + 40, waited: 1, took: 10, ends: ['completed'] });
  const { buckets } = await getMetrics(ctx, { period: 'week' });
  expect(buckets.filter((bucket) => bucket.delivered > 0)).toMatchObject([{ at: '2026-11-21T23:00:00.000Z', delivered: 1, iterations: 1 }]);
  expect(buckets.map((bucket) => bucket.at).slice(-2)).toEqual(['2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z']);
  expect((await getMetrics(ctx, { period: 'day' })).buckets).toHaveLength(25);
});

test('a wrong period names what it takes', async () => {
  await expect(getMetrics(ctx, { period: 'century' })).rejects.toMatchObject({ code: 'bad_request', field: 'period' });
});
