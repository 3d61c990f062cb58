import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import type { WorkerEvent } from '../../contracts/run-events.ts';
import type { Ctx } from '../context.ts';
import { factoryEvent } from './append-events.ts';
import { recordEvents } from './record-events.ts';
import { recordFactoryEvents } from './record-factory-events.ts';

const now = new Date();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.eventChunk.deleteMany();
  await database.db.workItem.deleteMany();
});

/** A work item with one live run of epoch 1, and the context of its worker. */
async function makeRun(id: string, state = 'running'): Promise<Ctx> {
  const about = { title: id, repo: 'r', repoKind: 'git', cloneUrl: 'r', spec: '- [ ] one', originalSpec: '- [ ] one', source: 'api', sourceId: id };
  await database.db.workItem.create({ data: { id, ...about, createdBy: 't', state: 'running', epoch: 1, tasksTotal: 1, maxIterations: 9, maxUsd: 1 } });
  const run = { id: `run-${id}`, workItemId: id, epoch: 1, state, runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 's', branch: 'b' };
  await database.db.run.create({ data: run });
  return { actor: { kind: 'run', runId: run.id, epoch: 1, role: 'worker' }, db: database.db, now: () => now } as unknown as Ctx;
}
const line = (workerSeq: number, text = `t${workerSeq}`): WorkerEvent => ({ v: 1, workerSeq, ts: now.toISOString(), type: 'log', level: 'info', text });
const ids = (count: number) => Array.from({ length: count }, (_, n) => `item${n}`);

/** The log of an item as it is stored: seqs and texts; fails where its chunks have a gap or cross. */
async function logOf(workItemId: string): Promise<string[]> {
  const chunks = await database.db.eventChunk.findMany({ where: { workItemId }, orderBy: { firstSeq: 'asc' } });
  let next = 1;
  const texts: string[] = [];
  for (const { firstSeq, lastSeq, events } of chunks) {
    expect(firstSeq).toBe(next);
    const list = events as { text: string }[];
    expect(lastSeq).toBe(firstSeq + list.length - 1);
    next = lastSeq + 1;
    texts.push(...list.map((event) => event.text));
  }
  expect((await database.db.workItem.findUniqueOrThrow({ where: { id: workItemId } })).eventSeq).toBe(next - 1);
  return texts;
}

test('what many runs post at once is stored together, each log in its order, whatever the factory writes between', async () => {
  const runs = await Promise.all(ids(8).map((id) => makeRun(id)));
  await Promise.all(
    runs.map(async (as, index) => {
      for (let post = 0; post < 10; post++) {
        const events = [line(post * 2 + 1), line(post * 2 + 2)];
        expect(await recordEvents(as, { events })).toEqual({ lastWorkerSeq: post * 2 + 2 });
        const own = { workItemId: `item${index}`, runId: null, events: [factoryEvent('note', `note ${post}`, now)] };
        if (post % 3 === 0) await recordFactoryEvents(database.db, own);
      }
    }),
  );
  for (const id of ids(8)) {
    const texts = await logOf(id);
    expect(texts.filter((text) => text.startsWith('t'))).toEqual(Array.from({ length: 20 }, (_, n) => `t${n + 1}`));
    expect(texts).toHaveLength(24);
  }
  const [made] = await database.db.$queryRaw<{ n: number }[]>`SELECT count(DISTINCT xmin::text)::int AS n FROM event_chunk WHERE run_id IS NOT NULL`;
  expect(made?.n).toBeLessThan(60); // of 80 posts, each a transaction of its own otherwise
});

test('who posts too much at once is told to post it again: nobody waits behind it, and none of it is lost', async () => {
  const [greedy, other] = [await makeRun('item0'), await makeRun('item1')];
  const posts = Array.from({ length: 10 }, (_, n) => recordEvents(greedy, { events: [line(n + 1, n === 1 ? 'x'.repeat(2 * 1024 * 1024) : `t${n + 1}`)] }));
  const answers = Promise.allSettled(posts);
  await recordEvents(other, { events: [line(1)] });
  // One was stored at once, four waited; what large one of them went next took the other's along.
  expect((await answers).map(({ status }) => status)).toEqual([...Array<string>(5).fill('fulfilled'), ...Array<string>(5).fill('rejected')]);
  const [refused] = (await answers).flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringContaining('post it again') as string });
  const statements = await database.db.$queryRaw<{ xmin: string; n: number }[]>`
    SELECT xmin::text, count(DISTINCT run_id)::int AS n FROM event_chunk GROUP BY 1 ORDER BY min(xmin::text::bigint)`;
  expect(statements.map(({ n }) => n)).toEqual([1, 2, 1, 1, 1]);
  for (let n = 6; n <= 10; n++) await recordEvents(greedy, { events: [line(n)] });
  expect((await logOf('item0')).length).toBe(10);
});

test('a repeat is stored once, also where it reaches beyond what is stored and comes at the same moment', async () => {
  const [as] = [await makeRun('item0')];
  const post = (...seqs: number[]) => recordEvents(as, { events: seqs.map((seq) => line(seq)) });
  await Promise.all([post(1, 2), post(1, 2), post(2, 1, 3)]);
  expect(await post(3, 4)).toEqual({ lastWorkerSeq: 4 });
  expect(await logOf('item0')).toEqual(['t1', 't2', 't3', 't4']);
});

test('a run that is over or fenced stores nothing, and hears why; the others of the moment are stored', async () => {
  const live = await makeRun('item0');
  const over = await makeRun('item1', 'ended');
  const fenced = await makeRun('item2');
  await database.db.workItem.update({ where: { id: 'item2' }, data: { epoch: 2 } });
  const answers = await Promise.allSettled([live, over, fenced].map((as) => recordEvents(as, { events: [line(1)] })));
  expect(answers).toMatchObject([
    { status: 'fulfilled', value: { lastWorkerSeq: 1 } },
    { status: 'rejected', reason: { code: 'unauthorized' } },
    { status: 'rejected', reason: { code: 'conflict' } },
  ]);
  expect(await database.db.eventChunk.count()).toBe(1);
});

test('a run whose item somebody holds waits alone', async () => {
  const [held, free] = [await makeRun('item0'), await makeRun('item1')];
  let letGo = () => {};
  const holding = new Promise<void>((resolve) => (letGo = resolve));
  let isHeld = () => {};
  const taken = new Promise<void>((resolve) => (isHeld = resolve));
  const holder = database.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM work_item WHERE id = 'item0' FOR UPDATE`;
    isHeld();
    await holding;
  });
  await taken;
  const waiting = recordEvents(held, { events: [line(1)] });
  // It is answered while the other still waits: this would hang otherwise.
  expect(await recordEvents(free, { events: [line(1)] })).toEqual({ lastWorkerSeq: 1 });
  expect(await logOf('item0')).toEqual([]);
  letGo();
  expect(await waiting).toEqual({ lastWorkerSeq: 1 });
  await holder;
  expect(await logOf('item0')).toEqual(['t1']);
});
