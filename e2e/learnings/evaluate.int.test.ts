import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWordsEmbedder } from '../../server/adapters/embeddings/words/words-embedder.ts';
import { createTestDatabase, type TestDatabase } from '../test-database.ts';
import { CORPUS } from './corpus.ts';
import { evaluate, type Score, type Way } from './evaluate.ts';
import { ndcgAt, recallAt } from './measures.ts';
import { QUERIES, type QueryKind } from './queries.ts';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/word-vectors');
/** They carry a sentence, and no meaning. */
const SMALL = new Set('a an and are as at be by for from in into is it its of on or out that the them then there they this to too two up us was we what when who will with without if after all any both do does down each even has have how no not one only our per same so than their until while'.split(' ')); // prettier-ignore

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('measures, against values worked out by hand', () => {
  expect(recallAt(2, ['a', 'b', 'c'], ['b', 'c'])).toBe(0.5);
  expect(recallAt(2, [], [])).toBe(0);
  // (1/log2(3) + 1/log2(4)) / (1/log2(2) + 1/log2(3))
  expect(ndcgAt(10, ['x', 'b', 'c'], ['b', 'c'])).toBeCloseTo((0.63093 + 0.5) / (1 + 0.63093), 4);
  expect(ndcgAt(2, ['x', 'y', 'b'], ['b'])).toBe(0);
});

test('the set is what it says: large enough, and its paraphrases share no telling word with what they ask for', () => {
  const ids = new Set(CORPUS.map(({ id }) => id));
  expect(ids.size).toBe(CORPUS.length);
  expect(CORPUS.length).toBeGreaterThanOrEqual(200);
  expect(CORPUS.filter(({ text, repo }) => text.length < 20 || repo === '')).toEqual([]);
  expect(QUERIES.length).toBeGreaterThanOrEqual(80);
  for (const kind of ['paraphrase', 'synonym', 'identifier', 'typo']) expect(QUERIES.filter((query) => query.kind === kind).length).toBeGreaterThanOrEqual(20);
  expect(QUERIES.flatMap(({ relevant }) => relevant).filter((id) => !ids.has(id))).toEqual([]);
  const words = (text: string) => (text.toLowerCase().match(/[a-z]{3,}/g) ?? []).filter((word) => !SMALL.has(word));
  const shared = QUERIES.filter(({ kind }) => kind === 'paraphrase').flatMap(({ q, relevant }) => {
    const said = new Set(CORPUS.filter(({ id }) => relevant.includes(id)).flatMap(({ text }) => words(text)));
    return words(q).filter((word) => said.has(word));
  });
  expect(shared).toEqual([]);
});

test('with word vectors the search by both beats words alone on paraphrases by far, and loses nothing on identifiers and typos', async () => {
  const stop = new AbortController();
  const embedder = await openWordsEmbedder({ dataDir: CACHE, signal: stop.signal, onProgress: () => undefined });
  try {
    const scores = await evaluate({ db: database.db, url: database.url, embedder, signal: stop.signal });
    const of = (way: Way, kind: Score['kind']) => scores.find((score) => score.way === way && score.kind === kind)?.recall ?? 0;
    const gain = (kind: QueryKind) => of('hybrid', kind) - of('words', kind);
    expect(of('hybrid', 'paraphrase')).toBeGreaterThanOrEqual(1.8 * of('words', 'paraphrase'));
    expect(gain('synonym')).toBeGreaterThan(0.05);
    expect([gain('identifier'), gain('typo')]).toEqual([0, 0]);
    expect(of('hybrid', 'identifier')).toBe(1);
    expect(of('hybrid', 'typo')).toBe(1);
    expect(of('hybrid', 'all')).toBeGreaterThan(of('words', 'all'));
  } finally {
    stop.abort();
    await embedder.close();
  }
});
