import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Embedder } from '../../server/adapters/embeddings/embedder.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { createDb, Prisma } from '../../server/db/client.ts';
import { startEmbeddedPostgres } from '../../server/db/embedded-postgres.ts';
import { migrate } from '../../server/db/migrate.ts';
import { ensureVectorIndex, nearestByIndex } from '../../server/db/vector-index.ts';
import { VectorMemory } from '../../server/db/vector-memory.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import type { Ctx } from '../../server/services/context.ts';
import { searchRanked } from '../../server/services/learnings/find-learnings.ts';
import { nearestWith } from '../../server/services/learnings/nearest.ts';
import { noteLearning } from '../../server/services/learnings/note-learning.ts';
import { ms, percentile, type Row } from './figures.ts';

const COUNT = 50_000;
const DIMENSION = 384;
const QUERIES = 100;
const NOTED = 200;
const SPACE = { embeddingId: 'bench', dimension: DIMENSION };
const ALL = Prisma.sql`true`;

/** 50,000 learnings: the whole search with pgvector's index and without it, the index against the exact search, ingest, memory. */
export async function benchLearnings(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'factory-bench-'));
  chmodSync(dir, 0o711);
  const server = await startEmbeddedPostgres(dir);
  const db = createDb(server.url);
  const queue = createQueue({ url: server.url, supervise: false, onError: () => undefined });
  try {
    await migrate(server.url);
    const world = makeWorld();
    await load(server.url, world);
    const vectorOf = new Map(world.queries.map(({ q, vector }) => [q, vector]));
    // The embedder's own time is another figure: its vectors are given.
    const given = (text: string) => vectorOf.get(text) ?? new Float32Array(DIMENSION);
    const embedder: Embedder = {
      id: 'bench',
      kind: 'onnx',
      title: 'bench',
      dimension: DIMENSION,
      embed: async (texts) => texts.map(given),
      close: async () => undefined,
    };
    const base = { db, queue, now: () => new Date(), config: serviceConfig(parseEnv({}), 'bench'), actor: { kind: 'cli', name: 'bench' } as const };
    const { signal } = new AbortController();

    const before = process.memoryUsage().arrayBuffers;
    const memory = new VectorMemory(db, SPACE);
    const exact = await Promise.all(world.queries.map(({ vector }) => memory.nearest({ vector, filter: ALL, limit: 10 })));
    const megabytes = (process.memoryUsage().arrayBuffers - before) / 1_048_576;
    const without = await time({ ...base, nearest: nearestWith(db, { embedder, index: { serves: 'exact', because: '' }, signal }) }, world);

    const building = performance.now();
    const index = await ensureVectorIndex(db, SPACE);
    const built = performance.now() - building;
    const rows: Row[] = [
      {
        name: `hybrid search of ${COUNT} learnings, no pgvector, p95`,
        value: ms(percentile(without, 95)),
        goal: '≤ 60 ms',
        met: percentile(without, 95) <= 60,
      },
      { name: 'vectors in memory', value: `${megabytes.toFixed(0)} MB` },
    ];
    if (index.serves === 'hnsw') {
      const found = [];
      for (const { vector } of world.queries) found.push(await nearestByIndex(db, { space: SPACE, vector, filter: ALL, limit: 10 }));
      const recall = found.reduce((sum, ids, n) => sum + ids.filter((id) => exact[n]?.includes(id)).length / 10, 0) / QUERIES;
      const withIndex = await time({ ...base, nearest: nearestWith(db, { embedder, index, signal }) }, world);
      rows.push(
        {
          name: `hybrid search of ${COUNT} learnings, pgvector, p95`,
          value: ms(percentile(withIndex, 95)),
          goal: '≤ 10 ms',
          met: percentile(withIndex, 95) <= 10,
        },
        { name: 'recall@10 of the index against exact', value: recall.toFixed(3), goal: '≥ 0.99', met: recall >= 0.99 },
        { name: 'index of 50,000 built', value: `${(built / 1000).toFixed(1)} s` },
      );
    } else {
      rows.push({ name: `hybrid search of ${COUNT} learnings, pgvector`, value: 'not measured', goal: index.because });
    }
    const noting = performance.now();
    for (let n = 0; n < NOTED; n += 1) {
      const text = `${world.text()} ${n}`;
      await db.$transaction((tx) => noteLearning(tx, { kind: 'gotcha', text, repo: 'acme/shop', source: 'agent', author: null, now: new Date() }));
    }
    rows.push({ name: 'noted, near-duplicates looked for', value: `${Math.round(NOTED / ((performance.now() - noting) / 1000))} a second` });
    return rows;
  } finally {
    await queue.stop();
    await db.$disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function time(ctx: Ctx, { queries }: World): Promise<number[]> {
  const times: number[] = [];
  for (const { q } of queries.slice(0, 10)) await searchRanked(ctx, { q, scope: {} });
  for (const { q } of queries) {
    const started = performance.now();
    await searchRanked(ctx, { q, scope: {} });
    times.push(performance.now() - started);
  }
  return times;
}

interface World {
  text: () => string;
  learnings: { text: string; vector: Float32Array }[];
  queries: { q: string; vector: Float32Array }[];
}

/** The most frequent words of a language say nothing, and full text knows it. */
const SMALL_WORDS =
  'the of and to in a is that for it as was with be by on not he i this are or his from at which but have an they you were her she all their one there been if more when will would who so no'.split(
    ' ',
  );

/** Texts of words that are as unevenly frequent as a language's, and vectors in clusters, as sentences lie. */
function makeWorld(): World {
  const random = generator(11);
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 3 + Math.floor(random() * 7) }, () => 'etaoinshrdlucmfw'[Math.floor(random() * 16)]).join(''),
  );
  words.splice(0, SMALL_WORDS.length, ...SMALL_WORDS);
  const word = () => words[Math.floor(words.length ** random()) - 1] ?? 'the';
  const text = () => Array.from({ length: 18 }, word).join(' ');
  const centres = Array.from({ length: 400 }, () => unit(Array.from({ length: DIMENSION }, () => random() - 0.5)));
  const near = (centre: ArrayLike<number> = []) => unit(Array.from(centre, (value) => value + (random() - 0.5) * 0.1));
  const learnings = Array.from({ length: COUNT }, () => ({ text: text(), vector: near(centres[Math.floor(random() * centres.length)]) }));
  const queries = learnings
    .filter((_, n) => n % (COUNT / QUERIES) === 0)
    .map((learning) => ({ q: learning.text.split(' ').slice(0, 6).join(' '), vector: near(learning.vector) }));
  return { text, learnings, queries };
}

async function load(url: string, { learnings }: World): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let from = 0; from < COUNT; from += 1_000) {
      const part = learnings.slice(from, from + 1_000);
      await client.query(
        `INSERT INTO learning (id, kind, text, repo, state, dedupe_key, embedding, embedding_id, embedded_at)
         SELECT 'l' || ($3::int + n), 'gotcha', text, 'acme/repo' || n % 20, 'approved', 'k' || ($3::int + n), vector::real[], 'bench', now()
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS row (text, vector, n)`,
        [part.map(({ text }) => text), part.map(({ vector }) => `{${Array.from(vector).join(',')}}`), from],
      );
    }
    await client.query('VACUUM ANALYZE learning');
  } finally {
    await client.end();
  }
}

function unit(values: ArrayLike<number>): Float32Array {
  const length = Math.hypot(...Array.from(values));
  return Float32Array.from(values, (value) => value / length);
}

/** The same numbers each time: mulberry32. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
