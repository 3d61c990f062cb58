import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import type { WorkerEvent } from '../../contracts/run-events.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { appendEvents } from './append-events.ts';
import { HITS_MAX, searchEvents } from './search-events.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  ctx = { actor: { kind: 'cli', name: 't' }, db: database.db, now: () => new Date(), queue, config: serviceConfig(parseEnv({}), 't') };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});

/** An item whose log has these lines of an agent after the submission's own, which is line 1. */
async function itemWith(texts: string[], more: object[] = []): Promise<string> {
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] one' })).item;
  const ts = new Date().toISOString();
  const events = [...texts.map((text) => ({ type: 'agent.text', text })), ...more].map((said, n) => ({ v: 1, workerSeq: n + 1, ts, ...said }) as WorkerEvent);
  for (let from = 0; from < events.length; from += 500)
    await database.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: 'r', events: events.slice(from, from + 500) }));
  return id;
}

test('line 3 of 100,000 is found, and the very last', async () => {
  const texts = Array.from({ length: 99_999 }, (_, n) => `step ${n} of the work`);
  texts[1] = 'Ein Fläschchen TEE';
  texts[99_998] = 'ein fläschchen tee, leer';
  const id = await itemWith(texts);
  expect(await searchEvents(ctx, { id, text: 'fläschchen tee' })).toEqual({ seqs: [3, 100_000], more: false });
  const many = await searchEvents(ctx, { id, text: 'of the work' });
  expect([many.seqs.length, many.seqs[0], many.more]).toEqual([HITS_MAX, 2, true]);
}, 60_000);

test('what a call was given and what came back is looked through, what is never shown is not', async () => {
  const id = await itemWith(
    [],
    [
      { type: 'agent.tool_use', toolUseId: 'a', tool: 'Bash', input: '{"command":"brew darjeeling"}' },
      { type: 'agent.tool_result', toolUseId: 'a', text: 'one\ntwo darjeeling', isError: true },
      { type: 'spec.updated', spec: '- [ ] darjeeling' },
    ],
  );
  expect((await searchEvents(ctx, { id, text: 'Darjeeling' })).seqs).toEqual([2, 3]);
});

test('signs that mean something to SQL mean only themselves', async () => {
  const id = await itemWith(['100% sure', '100 sure', "it's a_b", 'a-b', 'back\\slash']);
  const find = async (text: string) => (await searchEvents(ctx, { id, text })).seqs;
  expect([await find('100%'), await find('a_b'), await find("it's"), await find('k\\s')]).toEqual([[2], [4], [4], [6]]);
});

test('a log is searched alone, and for one run alone', async () => {
  await itemWith(['only here: oolong']);
  const id = await itemWith(['green']);
  expect((await searchEvents(ctx, { id, text: 'oolong' })).seqs).toEqual([]);
  expect((await searchEvents(ctx, { id, text: 'green', runId: 'r' })).seqs).toEqual([2]);
  expect((await searchEvents(ctx, { id, text: 'green', runId: 'another' })).seqs).toEqual([]);
});

test('nothing, a NUL and an item that is not are refused in words', async () => {
  const id = await itemWith([]);
  await expect(searchEvents(ctx, { id, text: '  ' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(searchEvents(ctx, { id, text: 'a\0b' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(searchEvents(ctx, { id: 'none', text: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});
