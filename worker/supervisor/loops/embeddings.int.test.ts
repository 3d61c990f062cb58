import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../e2e/factory.ts';
import { writeTinyModel } from '../../../e2e/learnings/tiny-model.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { embeddingConfig, parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { getLearningsStatus } from '../../../server/services/learnings/embedding-status.ts';
import { findLearnings } from '../../../server/services/learnings/find-learnings.ts';
import { writeLearning } from '../../../server/services/learnings/write-learning.ts';
import { runEmbeddings, searchByWords } from './embeddings.ts';
import { Wake } from './wake.ts';

const folder = mkdtempSync(join(tmpdir(), 'embeddings-'));
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let person: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const base = { db: database.db, now: () => new Date(), queue, config: serviceConfig(parseEnv({}), 't') };
  ctx = { ...base, actor: { kind: 'supervisor', id: 's1' } };
  person = { ...base, actor: { kind: 'cli', name: 'Ada' } };
  const now = new Date();
  await database.db.supervisor.create({ data: { id: 's1', host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: now, beatAt: now } });
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const start = (path: string, stop: AbortController) => {
  const search = searchByWords('not ready.');
  const wake = new Wake();
  const config = embeddingConfig(parseEnv({ EMBEDDING_MODEL_PATH: path }, 'supervisor'));
  const running = runEmbeddings({ ctx, config, dataDir: folder, search, log: pino({ level: 'silent' }) }, { wake, signal: stop.signal });
  return { search, wake, running };
};

test('waits for the first learning, embeds it, searches by its meaning, and ends when told to', async () => {
  const model = join(folder, 'model');
  writeTinyModel(model);
  const stop = new AbortController();
  const { search, wake, running } = start(model, stop);
  let over = false;
  void running.then(() => (over = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([over, (await getLearningsStatus(person)).embedding]).toEqual([false, null]);
  await writeLearning(person, { kind: 'gotcha', text: 'The cache is cold at night.', repo: null });
  await until('the vector', async () => {
    wake.wake();
    return (await getLearningsStatus(person)).embedded === 1;
  });
  const { learnings, searched } = await findLearnings({ ...person, nearest: search.nearest }, { q: 'cold cache' });
  expect([learnings[0]?.why?.meaning, searched]).toEqual([1, 'Searched by words and meaning (model, on this machine).']);
  stop.abort();
  await running;
});

test('a model that is missing is said in a sentence, and the search goes on by words', async () => {
  const stop = new AbortController();
  const { running, search } = start(join(folder, 'nowhere'), stop);
  await running;
  const { embedding } = await getLearningsStatus(person);
  expect(embedding).toMatchObject({ id: null, index: 'none', because: expect.stringContaining('nowhere') as string });
  expect((await findLearnings({ ...person, nearest: search.nearest }, { q: 'cold cache' })).learnings).toHaveLength(1);
});

test('does not begin where it was told to end before', async () => {
  const stop = new AbortController();
  stop.abort();
  await start(join(folder, 'model'), stop).running;
});
