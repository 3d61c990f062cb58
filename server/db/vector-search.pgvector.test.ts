import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { type Db, Prisma } from './client.ts';
import { ensureVectorIndex, nearestByIndex, type VectorSpace } from './vector-index.ts';
import { VectorMemory } from './vector-memory.ts';

const SPACE: VectorSpace = { embeddingId: "test:it's", dimension: 384 };
const COUNT = 3_000;
const ALL = Prisma.sql`true`;
const SHOP = Prisma.sql`repo = 'acme/shop'`;

let database: TestDatabase;
let db: Db;
const vectors = new Map<string, Float32Array>();
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  const random = mulberry(7);
  const centres = Array.from({ length: 40 }, () => unit(Array.from({ length: 384 }, () => random() - 0.5)));
  for (let n = 0; n < COUNT; n += 1) {
    const centre = centres[n % centres.length] ?? [];
    vectors.set(`l${String(n).padStart(5, '0')}`, unit(Array.from(centre, (value) => value + (random() - 0.5) * 0.08)));
  }
  await store([...vectors], SPACE);
});
afterAll(() => database.drop());

/** The same numbers each time. */
function mulberry(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function unit(values: ArrayLike<number>): Float32Array {
  const length = Math.hypot(...Array.from(values));
  return Float32Array.from(values, (value) => value / length);
}

async function store(rows: readonly [string, Float32Array][], { embeddingId }: VectorSpace): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) {
    const part = rows.slice(from, from + 500);
    await db.$executeRaw`
      INSERT INTO learning (id, kind, text, repo, state, dedupe_key, embedding, embedding_id, embedded_at)
      SELECT id, 'gotcha', id, CASE WHEN right(id, 1) = '0' THEN 'acme/shop' END, 'approved', id, vector::real[], ${embeddingId}, now()
      FROM unnest(${part.map(([id]) => id)}::text[], ${part.map(([, vector]) => `{${Array.from(vector).join(',')}}`)}::text[]) AS row (id, vector)
      ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding, embedding_id = EXCLUDED.embedding_id, embedded_at = now()`;
  }
}

/** By definition: all products, the greatest first. */
function truth(vector: Float32Array, limit: number, keep: (id: string) => boolean = () => true): string[] {
  const product = (other: Float32Array) => other.reduce((sum, value, d) => sum + value * (vector[d] ?? 0), 0);
  return [...vectors]
    .filter(([id]) => keep(id))
    .map(([id, other]) => ({ id, score: product(other) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ id }) => id);
}

const queries = () => [...vectors.values()].filter((_, n) => n % 300 === 7);
const recall = (found: string[], wanted: string[]) => found.filter((id) => wanted.includes(id)).length / wanted.length;

test('the index is made once, and its search finds what an exact one finds', async () => {
  const made = await ensureVectorIndex(db, SPACE);
  expect(made).toEqual({ serves: 'hnsw', because: expect.stringMatching(/^pgvector \d/) as string });
  const [before] = await db.$queryRaw<{ oid: number }[]>`SELECT 'learning_meaning_idx'::regclass::oid::int AS oid`;
  await ensureVectorIndex(db, SPACE);
  expect(await db.$queryRaw`SELECT 'learning_meaning_idx'::regclass::oid::int AS oid`).toEqual([before]);
  const recalls: number[] = [];
  for (const vector of queries()) {
    recalls.push(recall(await nearestByIndex(db, { space: SPACE, vector, filter: ALL, limit: 10 }), truth(vector, 10)));
  }
  expect(recalls.reduce((sum, each) => sum + each, 0) / recalls.length).toBeGreaterThanOrEqual(0.99);
});

test('the planner takes the index for the very query that is asked', async () => {
  const [vector = new Float32Array()] = queries();
  const plans: string[] = [];
  const explaining = { ...db };
  Object.assign(explaining, {
    $queryRaw: async (text: TemplateStringsArray, ...values: unknown[]) => {
      const { sql, values: bound } = Prisma.sql(text, ...(values as string[]));
      const filled = bound.reduce<string>((said, value) => said.replace('?', () => (typeof value === 'number' ? String(value) : `'${String(value)}'`)), sql);
      const rows = await db.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${filled}`);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return [];
    },
  });
  await nearestByIndex(explaining, { space: SPACE, vector, filter: ALL, limit: 10 });
  expect(plans[0]).toContain('Index Scan using learning_meaning_idx');
});

test('without the index the same order, by an exact search; filters hold in both, and what changes is seen', async () => {
  const memory = new VectorMemory(db, SPACE);
  const shop = (id: string) => id.endsWith('0');
  const recalls: number[] = [];
  for (const vector of queries()) {
    const exact = await memory.nearest({ vector, filter: ALL, limit: 10 });
    expect(exact).toEqual(truth(vector, 10));
    expect(await memory.nearest({ vector, filter: SHOP, limit: 10 })).toEqual(truth(vector, 10, shop));
    recalls.push(recall(await nearestByIndex(db, { space: SPACE, vector, filter: SHOP, limit: 10 }), truth(vector, 10, shop)));
  }
  expect(recalls.reduce((sum, each) => sum + each, 0) / recalls.length).toBeGreaterThanOrEqual(0.9);
  const [vector = new Float32Array()] = queries();
  const [nearest = ''] = truth(vector, 1);
  await db.learning.delete({ where: { id: nearest } });
  vectors.delete(nearest);
  vectors.set('l99999', vector);
  await store([['l99999', vector]], SPACE);
  expect((await memory.nearest({ vector, filter: ALL, limit: 10 }))[0]).toBe('l99999');
  expect(await memory.nearest({ vector, filter: ALL, limit: 10 })).toEqual(truth(vector, 10));
  expect((await nearestByIndex(db, { space: SPACE, vector, filter: ALL, limit: 1 }))[0]).toBe('l99999');
});

test('the index is built while learnings are written; of two who begin at once one builds, and what a dead build left is made anew', async () => {
  await db.$executeRaw`DROP INDEX learning_meaning_idx`;
  // A reader from before keeps the build waiting, in the midst of which others must be able to write.
  let letGo = () => undefined as void;
  const reader = db.$transaction(async (tx) => {
    await tx.learning.count();
    await tx.$executeRaw`DECLARE held CURSOR FOR SELECT id FROM learning`;
    await new Promise<void>((resolve) => (letGo = resolve));
  });
  const building = Promise.all([ensureVectorIndex(db, SPACE), ensureVectorIndex(db, SPACE)]);
  const invalid = () => db.$queryRaw<{ is: boolean }[]>`SELECT NOT indisvalid AS is FROM pg_index WHERE indexrelid = to_regclass('learning_meaning_idx')`;
  await expect.poll(invalid, { timeout: 10_000 }).toEqual([{ is: true }]);
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL lock_timeout = '2s'`;
    await tx.$executeRaw`UPDATE learning SET seen = seen + 1 WHERE id = 'l00001'`;
  });
  letGo();
  await reader;
  expect((await building).map(({ serves }) => serves)).toEqual(['hnsw', 'hnsw']);
  expect(await invalid()).toEqual([{ is: false }]);
  await db.$executeRaw`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'learning_meaning_idx'::regclass`;
  await ensureVectorIndex(db, SPACE);
  expect(await invalid()).toEqual([{ is: false }]);
});

test('another embedder: the index is remade for its dimension, and old vectors are never among the found', async () => {
  const other: VectorSpace = { embeddingId: 'test:other', dimension: 3 };
  expect(await ensureVectorIndex(db, other)).toMatchObject({ serves: 'hnsw' });
  await store([['l00001', unit([1, 0, 0])], ['l00002', unit([0, 1, 0])]], other); // prettier-ignore
  const vector = unit([0.9, 0.1, 0]);
  expect(await nearestByIndex(db, { space: other, vector, filter: ALL, limit: 10 })).toEqual(['l00001', 'l00002']);
  expect(await new VectorMemory(db, other).nearest({ vector, filter: ALL, limit: 10 })).toEqual(['l00001', 'l00002']);
  expect(await ensureVectorIndex(db, { embeddingId: 'wide', dimension: 3_000 })).toMatchObject({
    serves: 'exact',
    because: expect.stringContaining('at most 2000') as string,
  });
  expect(await db.$queryRaw`SELECT to_regclass('learning_meaning_idx')::text AS name`).toEqual([{ name: null }]);
});
