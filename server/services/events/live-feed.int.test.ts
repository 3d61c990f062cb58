import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { factoryEvent } from './append-events.ts';
import type { Ctx } from '../context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { LiveFeed } from './live-feed.ts';
import { recordFactoryEvents } from './record-factory-events.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let feed: LiveFeed;
let stop: AbortController;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const limits = { maxWorkers: 1, dailyBudget: 1, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const commands = { setupCommand: null, verifyCommand: null, agentCommand: null };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.test', ...commands };
  ctx = { actor: { kind: 'cli', name: 't' }, db: database.db, now: () => new Date(), queue, config };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(() => {
  feed = new LiveFeed(ctx, database.url);
  stop = new AbortController();
});
afterEach(() => stop.abort());

async function submit(): Promise<string> {
  return (await createWorkItem(ctx, { repo: 'https://git.test/a.git', spec: '- [ ] one' })).item.id;
}
/** Appends lines to an item's log; the submission itself is its first. */
async function write(id: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => factoryEvent('note', `line ${n}`, new Date()));
  await recordFactoryEvents(database.db, { workItemId: id, runId: null, events });
}
/** Watches until the seq `to` was seen, or until `most` batches came. */
async function watch(id: string, { after, to, most = Infinity }: { after: number; to: number; most?: number }): Promise<number[]> {
  const seen: number[] = [];
  let batches = 0;
  const leave = new AbortController();
  for await (const batch of feed.watch({ id, after, signal: AbortSignal.any([leave.signal, stop.signal]) })) {
    seen.push(...batch.map((event) => event.seq));
    batches += 1;
    if ((seen.at(-1) ?? 0) >= to || batches >= most) leave.abort();
  }
  return seen;
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('20 random reconnects while lines are written: no line is missing, none comes twice', async () => {
  const id = await submit();
  const total = 1 + 120 * 25;
  const writing = (async () => {
    for (let n = 0; n < 120; n += 1) {
      await write(id, 25);
      if (n % 7 === 0) await sleep(randomInt(15));
    }
  })();
  const seen: number[] = [];
  for (let connection = 0; connection < 20; connection += 1) {
    seen.push(...(await watch(id, { after: seen.at(-1) ?? 0, to: total, most: randomInt(1, 6) })));
    if ((seen.at(-1) ?? 0) >= total) break;
    await sleep(randomInt(20));
  }
  if ((seen.at(-1) ?? 0) < total) seen.push(...(await watch(id, { after: seen.at(-1) ?? 0, to: total })));
  await writing;
  expect(seen).toEqual(range(1, total));
});

test('viewers of one item, each at a place of its own, all see everything once', async () => {
  const id = await submit();
  await write(id, 2_500);
  const viewers = [0, 1, 700, 2_499].map((after) => watch(id, { after, to: 3_501 }));
  for (let n = 0; n < 20; n += 1) await write(id, 50);
  expect((await Promise.all(viewers)).map((seen) => [seen[0], seen.at(-1), seen.length])).toEqual([
    [1, 3_501, 3_501],
    [2, 3_501, 3_500],
    [701, 3_501, 2_801],
    [2_500, 3_501, 1_002],
  ]);
});

test('two viewers who come back at the same moment both get what they missed, though nothing new is written', async () => {
  const id = await submit();
  await write(id, 40);
  const back = await Promise.all([watch(id, { after: 10, to: 41 }), watch(id, { after: 20, to: 41 }), watch(id, { after: 30, to: 41 })]);
  expect(back).toEqual([range(11, 41), range(21, 41), range(31, 41)]);
});

test('who comes to a log whose end others watch has it in pages too: by a short one he knows that it was the last', async () => {
  const id = await submit();
  const watching = watch(id, { after: 1, to: 2_001 });
  for (let n = 0; n < 20; n += 1) await write(id, 100);
  await watching;
  const staying = new AbortController();
  const stays = (async () => {
    for await (const _ of feed.watch({ id, after: 2_001, signal: staying.signal }));
  })();
  for (let n = 0; n < 15; n += 1) await write(id, 100);
  await watch(id, { after: 2_001, to: 3_501 });
  const sizes: number[] = [];
  const leave = new AbortController();
  for await (const batch of feed.watch({ id, after: 0, signal: leave.signal })) {
    sizes.push(batch.length);
    if (batch.at(-1)?.seq === 3_501) leave.abort();
  }
  expect(Math.max(...sizes)).toBe(1_000);
  expect(sizes.at(-1)).toBeLessThan(1_000);
  staying.abort();
  await stays;
});

test('a crowd that comes at once to the same place reads the log once for all', async () => {
  const id = await submit();
  await write(id, 2_500);
  let reads = 0;
  const count = ({ args, query }: { args: object; query: (args: object) => Promise<unknown> }) => ((reads += 1), query(args));
  feed = new LiveFeed({ ...ctx, db: database.db.$extends({ query: { eventChunk: { findMany: count } } }) as unknown as Ctx['db'] }, database.url);
  await watch(id, { after: 0, to: 2_501 });
  const alone = reads;
  expect(alone).toBeGreaterThan(2);
  const crowd = await Promise.all(Array.from({ length: 40 }, () => watch(id, { after: 0, to: 2_501 })));
  expect(crowd).toEqual(Array.from({ length: 40 }, () => range(1, 2_501)));
  expect(reads).toBe(2 * alone);
});

test('a viewer who is aborted while nothing comes is let go, and so is its connection', async () => {
  const id = await submit();
  const seen: number[] = [];
  const watching = (async () => {
    for await (const batch of feed.watch({ id, after: 0, signal: stop.signal })) seen.push(...batch.map((event) => event.seq));
  })();
  await expect.poll(() => seen).toEqual([1]);
  await expect.poll(listeners, { timeout: 10_000 }).toBe(1);
  stop.abort();
  await watching;
  await expect.poll(listeners, { timeout: 10_000 }).toBe(0);
});

async function listeners(): Promise<number> {
  const rows = await database.db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN factory%'`;
  return rows[0]?.n ?? 0;
}
