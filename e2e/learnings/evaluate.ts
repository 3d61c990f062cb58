import type { Embedder } from '../../server/adapters/embeddings/embedder.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import type { Db } from '../../server/db/client.ts';
import { ensureVectorIndex } from '../../server/db/vector-index.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import type { Ctx } from '../../server/services/context.ts';
import { embedLearnings } from '../../server/services/learnings/embed-learnings.ts';
import { searchRanked } from '../../server/services/learnings/find-learnings.ts';
import { nearestWith } from '../../server/services/learnings/nearest.ts';
import { CORPUS } from './corpus.ts';
import { ndcgAt, recallAt } from './measures.ts';
import { QUERIES, type QueryKind } from './queries.ts';

const K = 10;
export const WAYS = ['words', 'vectors', 'hybrid'] as const;
export type Way = (typeof WAYS)[number];

/** Means over the queries of a kind. */
export interface Score {
  way: Way;
  kind: QueryKind | 'all';
  recall: number;
  ndcg: number;
}

/** Searches the corpus by words only, vectors only, and both, as a person does; the database holds no other learning. */
export async function evaluate({ db, url, embedder, signal }: { db: Db; url: string; embedder: Embedder; signal: AbortSignal }): Promise<Score[]> {
  const queue = createQueue({ url, supervise: false, onError: () => undefined });
  try {
    const base = { db, queue, now: () => new Date(), config: serviceConfig(parseEnv({}), 'eval') };
    await db.learning.createMany({ data: CORPUS.map((learning) => ({ ...learning, state: 'approved', dedupeKey: learning.id })) });
    const supervisor: Ctx = { ...base, actor: { kind: 'supervisor', id: 'eval' } };
    while ((await embedLearnings(supervisor, { embedder, signal })) > 0);
    const index = await ensureVectorIndex(db, { embeddingId: embedder.id, dimension: embedder.dimension });
    const nearest = nearestWith(db, { embedder, index, signal });
    const person: Ctx = { ...base, actor: { kind: 'cli', name: 'eval' } };
    const search: Record<Way, (q: string) => Promise<string[]>> = {
      words: async (q) => (await searchRanked(person, { q, scope: {} })).hits.map(({ row }) => row.id),
      vectors: async (q) => (await nearest({ q, scope: {}, limit: K })).ids,
      hybrid: async (q) => (await searchRanked({ ...person, nearest }, { q, scope: {} })).hits.map(({ row }) => row.id),
    };
    const scores: Score[] = [];
    for (const way of WAYS) {
      const judged: { kind: QueryKind; recall: number; ndcg: number }[] = [];
      for (const { kind, q, relevant } of QUERIES) {
        const found = await search[way](q);
        judged.push({ kind, recall: recallAt(K, found, relevant), ndcg: ndcgAt(K, found, relevant) });
      }
      for (const kind of ['paraphrase', 'synonym', 'identifier', 'typo', 'all'] as const) {
        const of = judged.filter((each) => kind === 'all' || each.kind === kind);
        const mean = (pick: (each: (typeof judged)[number]) => number) => of.reduce((sum, each) => sum + pick(each), 0) / of.length;
        scores.push({ way, kind, recall: mean((each) => each.recall), ndcg: mean((each) => each.ndcg) });
      }
    }
    return scores;
  } finally {
    await queue.stop();
  }
}
