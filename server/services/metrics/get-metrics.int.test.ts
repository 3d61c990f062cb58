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
interface Life {
  repo: string;
  /** Minutes ago. */
  submitted: number;
  /** Minutes until a worker took it. */
  waited: number;
  /** What it became, each so many minutes after it was submitted. */
  then: [state: string, minutes: number][];
  /** How its run ended. */
  reason?: string;
  usd?: number;
  iterations?: number;
}
async function item({ repo, submitted, waited, then, reason = 'verified', usd, iterations = 1 }: Life): Promise<void> {
  const id = `item-${++count}`;
  const runId = `run-${count}`;
  const state = then.at(-1)?.[0] ?? 'running';
  await database.db.workItem.create({
    data: {
      ...{ id, source: 'test', sourceId: id, repo, repoKind: 'github', cloneUrl: 'x', title: id, originalSpec: 'x', spec: 'x', tasksTotal: 1, state },
      ...{ maxIterations: 30, maxUsd: 10, createdBy: 'Ada', createdAt: ago(submitted) },
    },
  });
  await database.db.run.create({
    data: {
      ...{ id: runId, workItemId: id, epoch: 1, state: 'ended', runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b' },
      ...{ createdAt: ago(submitted - waited), costUsd: usd ?? 0, iterations, reason },
    },
  });
  let from: string | null = null;
  const move = async (to: string, minutes: number, action = 'state') => {
    const why = from === 'cancelled' ? 'cancel undone by x' : null;
    await database.db.audit.create({
      data: { actor: 'x', action, workItemId: id, from, to, why, at: ago(submitted - minutes), runId: action === 'state' ? runId : null },
    });
    from = to;
  };
  await move('queued', 0, 'create');
  await move('running', waited);
  for (const [to, minutes] of then) await move(to, minutes);
  if (usd !== undefined)
    await database.db.modelCall.create({ data: { id: runId, runId, model: 'm', reservedUsd: 99, costUsd: usd, startedAt: ago(submitted - waited) } });
  for (let n = 1; n <= iterations; n++) await database.db.iteration.create({ data: { runId, n, grantedAt: ago(submitted - waited) } });
}

test('nothing happened: nothing to measure, which is not zero', async () => {
  const metrics = await getMetrics(ctx, {});
  expect(metricsSchema.parse(metrics)).toEqual(metrics);
  const nothing = {
    ...{ delivered: 0, unverified: 0, closed: 0, stuck: 0, failed: 0, merged: 0, usd: 0, iterations: 0 },
    ...{ successRate: null, durationP50Seconds: null, durationP95Seconds: null, queueWaitP50Seconds: null, queueWaitP95Seconds: null },
    ...{ usdPerMergedPr: null, iterationsPerItem: null },
  };
  expect(metrics.summary).toEqual(nothing);
  expect(metrics.byRepo).toEqual([]);
  expect(metrics.buckets.map(({ at: _, ...figures }) => figures)).toEqual(Array.from({ length: 7 }, () => nothing));
});

/** Two days of two repositories, whose figures were worked out by hand. */
async function twoDays(): Promise<void> {
  // Yesterday, 12:00 in UTC: one merged after 62 minutes of work and a night, one delivered by its second end.
  await item({ repo: 'acme/shop', submitted: DAY, waited: 2, then: [['in_review', 62], ['merged', 1200]], usd: 1.5, iterations: 3 }); // prettier-ignore
  await item({ repo: 'acme/shop', submitted: DAY, waited: 4, then: [['stuck', 10], ['queued', 12], ['running', 18], ['completed', 20]], usd: 0.5, iterations: 5 }); // prettier-ignore
  await item({ repo: 'acme/tea', submitted: DAY, waited: 10, then: [['failed', 50]], usd: 4, iterations: 2, reason: 'failed' });
  // Today.
  await item({ repo: 'acme/tea', submitted: 100, waited: 1, then: [['in_review', 30], ['closed', 60]], usd: 2 }); // prettier-ignore
  await item({ repo: 'acme/tea', submitted: 90, waited: 1, then: [['in_review', 30]], reason: 'unverified', usd: 1 });
  await item({ repo: 'acme/tea', submitted: 80, waited: 1, then: [['in_review', 40]] });
  await item({ repo: 'acme/tea', submitted: 70, waited: 1, then: [['in_review', 20], ['merged', 30]], reason: 'unverified', usd: 3 }); // prettier-ignore
  // Long ago.
  await item({ repo: 'acme/tea', submitted: 30 * DAY, waited: 6, then: [['failed', 50]], usd: 9 });
}

test('a cancel that was undone is no new end, and what got its place back waited all the while', async () => {
  await item({ repo: 'acme/tea', submitted: 30 * DAY, waited: 1, then: [['failed', 50], ['cancelled', 30 * DAY - 20], ['failed', 30 * DAY - 19]] }); // prettier-ignore
  await item({ repo: 'acme/tea', submitted: 100, waited: 1, then: [['queued', 10], ['cancelled', 20], ['queued', 21], ['running', 40]] }); // prettier-ignore
  // This one ran when it was cancelled: what it waits for is another worker.
  await item({ repo: 'acme/tea', submitted: 100, waited: 2, then: [['cancelled', 60], ['queued', 61], ['running', 65]] }); // prettier-ignore
  const { summary } = await getMetrics(ctx, { period: 'week' });
  expect(summary.failed).toBe(0);
  // 1, 2, 4 and 30 minutes.
  expect([summary.queueWaitP50Seconds, summary.queueWaitP95Seconds]).toEqual([3 * 60, expect.closeTo((4 + 0.85 * 26) * 60)]);
});

test('counts each item where work on it ended last, by what became of it', async () => {
  await twoDays();
  const { summary } = await getMetrics(ctx, { period: 'week' });
  expect(summary).toMatchObject({ delivered: 4, unverified: 1, closed: 1, stuck: 0, failed: 1, merged: 2, usd: 12, iterations: 14 });
  // 4 of 7: what people closed and what nothing verified is no success, what people merged is.
  expect(summary.successRate).toBeCloseTo(4 / 7);
  // 20, 20, 40 and 62 minutes; the night that the pull request waited for people is not the factory's.
  expect(summary.durationP50Seconds).toBe(30 * 60);
  expect(summary.durationP95Seconds).toBeCloseTo((40 + 0.85 * 22) * 60);
  // 1, 1, 1, 1, 2, 4, 6 and 10 minutes.
  expect(summary.queueWaitP50Seconds).toBe(1.5 * 60);
  expect(summary.queueWaitP95Seconds).toBeCloseTo((6 + 0.65 * 4) * 60);
  expect(summary.usdPerMergedPr).toBe((1.5 + 3) / 2);
  expect(summary.iterationsPerItem).toBe((3 + 5 + 1 + 1) / 4);
});

test('has the same figures for each repository', async () => {
  await twoDays();
  const { byRepo } = await getMetrics(ctx, { period: 'week' });
  expect(byRepo).toEqual([
    {
      ...{ repo: 'acme/shop', delivered: 2, unverified: 0, closed: 0, stuck: 0, failed: 0, successRate: 1, merged: 1, usd: 2, iterations: 8 },
      ...{ durationP50Seconds: 41 * 60, durationP95Seconds: expect.closeTo((20 + 0.95 * 42) * 60) as number, queueWaitP50Seconds: 4 * 60 },
      ...{ queueWaitP95Seconds: expect.closeTo(5.8 * 60) as number, usdPerMergedPr: 1.5, iterationsPerItem: 4 },
    },
    {
      ...{ repo: 'acme/tea', delivered: 2, unverified: 1, closed: 1, stuck: 0, failed: 1, successRate: 0.4, merged: 1, usd: 10, iterations: 6 },
      ...{ durationP50Seconds: 30 * 60, durationP95Seconds: expect.closeTo(39 * 60) as number, queueWaitP50Seconds: 60 },
      ...{ queueWaitP95Seconds: expect.closeTo((1 + 0.8 * 9) * 60) as number, usdPerMergedPr: 3, iterationsPerItem: 1 },
    },
  ]);
  const tea = await getMetrics(ctx, { period: 'week', repo: 'acme/tea' });
  expect({ repo: 'acme/tea', ...tea.summary }).toEqual(byRepo[1]);
  expect(tea.byRepo).toEqual([byRepo[1]]);
});

test('has the same figures for each day: what a day has no measure of is null, and a merge counts on its own day', async () => {
  await twoDays();
  const { buckets } = await getMetrics(ctx, { period: 'week' });
  const [quiet, yesterday, today] = buckets.slice(-3);
  expect(quiet).toMatchObject({ delivered: 0, successRate: null, durationP50Seconds: null, queueWaitP50Seconds: null, usdPerMergedPr: null });
  expect(yesterday).toMatchObject({ delivered: 2, failed: 1, merged: 0, usd: 6, iterations: 10, usdPerMergedPr: null, iterationsPerItem: 4 });
  expect(yesterday).toMatchObject({ durationP50Seconds: 41 * 60, queueWaitP50Seconds: 5 * 60 });
  expect(yesterday?.successRate).toBeCloseTo(2 / 3);
  expect(today).toMatchObject({ delivered: 2, unverified: 1, closed: 1, failed: 0, successRate: 0.5, merged: 2, usd: 6, usdPerMergedPr: 2.25 });
  expect(today).toMatchObject({ durationP50Seconds: 30 * 60, queueWaitP50Seconds: 60, queueWaitP95Seconds: 60, iterationsPerItem: 1 });
});

test('days are whole ones of the factory’s time zone, none left out, and the figures count from the first of them', async () => {
  // 23:30 UTC on the 21st is the 22nd in Berlin.
  await item({ repo: 'a/b', submitted: DAY + 12 * 60 + 40, waited: 1, then: [['completed', 10]] });
  // Within 7 times 24 hours, and on the day before the first whole one.
  await item({ repo: 'a/b', submitted: 6 * DAY + 14 * 60, waited: 1, then: [['completed', 10]] });
  const { buckets, summary, since } = await getMetrics(ctx, { period: 'week' });
  expect(since).toBe('2026-11-16T23:00:00.000Z');
  expect(buckets.map((bucket) => bucket.at)).toEqual([16, 17, 18, 19, 20, 21, 22].map((day) => `2026-11-${day}T23:00:00.000Z`));
  expect(buckets.filter((bucket) => bucket.delivered > 0)).toMatchObject([{ at: '2026-11-21T23:00:00.000Z', delivered: 1, iterations: 1 }]);
  expect([summary.delivered, summary.iterations]).toEqual([1, 1]);
  expect((await getMetrics(ctx, { period: 'day' })).buckets).toHaveLength(24);
});

test('a draft that a person asked for of what was stuck is no success', async () => {
  await item({ repo: 'a/b', submitted: 90, waited: 1, then: [['stuck', 20]], reason: 'stuck' });
  await database.db.audit.create({ data: { actor: 'x', action: 'state', workItemId: `item-${count}`, from: 'stuck', to: 'in_review', at: ago(60) } });
  expect((await getMetrics(ctx, { period: 'week' })).summary).toMatchObject({ delivered: 0, unverified: 1, stuck: 0, successRate: 0 });
});

test('a wrong period names what it takes', async () => {
  await expect(getMetrics(ctx, { period: 'century' })).rejects.toMatchObject({ code: 'bad_request', field: 'period' });
});
