import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTinyModel } from '../../../e2e/learnings/tiny-model.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import type { Embedder } from '../../adapters/embeddings/embedder.ts';
import { readModelFolder } from '../../adapters/embeddings/onnx/model-folder.ts';
import { openOnnxEmbedder } from '../../adapters/embeddings/onnx/onnx-embedder.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { answerRequest, takeRequest } from '../settings/requests/answer-requests.ts';
import { nearestFromSupervisor } from './ask-nearest.ts';
import { editLearning } from './change-learnings.ts';
import { embedLearnings } from './embed-learnings.ts';
import { getLearningsStatus, publishEmbeddingStatus } from './embedding-status.ts';
import { findLearnings } from './find-learnings.ts';
import { nearestWith } from './nearest.ts';
import { writeLearning } from './write-learning.ts';

const folder = mkdtempSync(join(tmpdir(), 'models-'));
const stop = new AbortController();
const { signal } = stop;
let database: TestDatabase;
let queue: Queue;
let person: Ctx;
let supervisor: Ctx;
let first: Embedder;
let second: Embedder;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const base = { db: database.db, now: () => new Date(), queue, config: serviceConfig(parseEnv({}), 't') };
  person = { ...base, actor: { kind: 'cli', name: 'Ada' } };
  supervisor = { ...base, actor: { kind: 'supervisor', id: 's1' } };
  first = await open('first', { seed: 1 });
  second = await open('second', { seed: 2, dimension: 64 });
  for (const text of ['The cache is cold at night.', 'Invoices are rounded per line.', 'Tests want a database.']) {
    await writeLearning(person, { kind: 'gotcha', text, repo: null });
  }
});
afterAll(async () => {
  stop.abort();
  await Promise.all([first.close(), second.close()]);
  rmSync(folder, { recursive: true, force: true });
  await queue.stop();
  await database.drop();
});

async function open(name: string, options: object): Promise<Embedder> {
  writeTinyModel(join(folder, name), options);
  return openOnnxEmbedder(await readModelFolder(join(folder, name)), { title: name, signal });
}
const beat = (id: string, at = new Date()) =>
  database.db.supervisor.upsert({
    where: { id },
    create: { id, host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: at, beatAt: at },
    update: { beatAt: at },
  });
const exact = { serves: 'exact' as const, because: 'Exact search.' };

test('each gets a vector once, a changed one anew; another embedder embeds all again, and never compares with the old ones', async () => {
  expect(await embedLearnings(supervisor, { embedder: first, signal })).toBe(3);
  expect(await embedLearnings(supervisor, { embedder: first, signal })).toBe(0);
  const [one] = (await findLearnings(person, { q: 'invoices' })).learnings;
  await editLearning(person, { id: one?.id ?? '', kind: 'gotcha', text: 'Invoices are rounded in total.' });
  expect(await embedLearnings(supervisor, { embedder: first, signal })).toBe(1);
  const meaning = nearestWith(database.db, { embedder: second, index: exact, signal });
  expect((await meaning({ q: 'rounded in total', scope: {}, limit: 10 })).ids).toEqual([]);
  await beat('s1');
  await publishEmbeddingStatus(supervisor, { id: second.id, dimension: 64, because: 'x', index: 'exact', indexBecause: 'y' });
  expect(await getLearningsStatus(person)).toMatchObject({ total: 3, embedded: 0 });
  expect(await embedLearnings(supervisor, { embedder: second, signal })).toBe(3);
  expect(await getLearningsStatus(person)).toMatchObject({ total: 3, embedded: 3, embedding: { id: second.id } });
  const { ids, searched } = await meaning({ q: 'Invoices are rounded in total.', scope: {}, limit: 1 });
  expect(ids).toEqual([one?.id]);
  expect(searched).toBe('Searched by words and meaning (second, on this machine).');
});

test('web asks the supervisor that embeds; one that is silent or gone costs the search its meaning, not its words', async () => {
  const web: Ctx = { ...person, nearest: nearestFromSupervisor(database.db, { now: person.now }) };
  const answering = (async () => {
    const meaning = nearestWith(database.db, { embedder: second, index: exact, signal });
    for (;;) {
      const taken = await takeRequest(supervisor, 'searches');
      if (taken?.ask.kind !== 'nearest_learnings') continue;
      return answerRequest(supervisor, { id: taken.id, answer: await meaning(taken.ask) });
    }
  })();
  const found = await findLearnings(web, { q: 'a database that tests want' });
  await answering;
  expect(found.learnings[0]).toMatchObject({ text: 'Tests want a database.', why: { meaning: 1 } });
  expect(found.searched).toContain('words and meaning');
  const silent = await findLearnings(web, { q: 'database' });
  expect([silent.learnings[0]?.text, silent.searched]).toEqual(['Tests want a database.', 'Searched by words: the supervisor did not answer in time.']);
  await beat('s1', new Date(0));
  expect((await findLearnings(web, { q: 'database' })).searched).toBe('Searched by words: no supervisor is there to search by meaning.');
  expect(await database.db.supervisorRequest.count()).toBe(0);
});

test('an embedder that fails costs the search its meaning, and says why', async () => {
  await second.close();
  const meaning = nearestWith(database.db, { embedder: second, index: exact, signal });
  const { learnings, searched } = await findLearnings({ ...person, nearest: meaning }, { q: 'cache' });
  expect(learnings[0]?.text).toBe('The cache is cold at night.');
  expect(searched).toMatch(/^Searched by words only\. .+/);
});
