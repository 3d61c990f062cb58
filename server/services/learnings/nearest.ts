import type { Embedder } from '../../adapters/embeddings/embedder.ts';
import type { Db } from '../../db/client.ts';
import { nearestByIndex, type VectorIndex } from '../../db/vector-index.ts';
import { VectorMemory } from '../../db/vector-memory.ts';
import { fuse } from '../../domain/learnings/learning-rank.ts';
import { AppError } from '../../domain/app-error.ts';
import { type Scope, scopeSql } from './learning-view.ts';

export interface NearestQuery {
  q: string;
  scope: Scope;
  limit: number;
}

export interface Nearest {
  /** The nearest first. */
  ids: string[];
  /** A sentence for people: by what was searched, and what kept it from more. */
  searched: string;
}

/** The search by meaning, as services see it. Never throws: without it the search goes on by words. */
export type NearestLearnings = (query: NearestQuery) => Promise<Nearest>;

/**
 * The search by meaning in the process that holds the embedder. With pgvector its index serves, without it an exact search in memory.
 * Where the embedder takes a second look, both orders are joined.
 */
export function nearestWith(db: Db, { embedder, index, signal }: { embedder: Embedder; index: VectorIndex; signal: AbortSignal }): NearestLearnings {
  const space = { embeddingId: embedder.id, dimension: embedder.dimension };
  const memory = index.serves === 'exact' ? new VectorMemory(db, space) : null;
  return async ({ q, scope, limit }) => {
    try {
      const [vector] = await embedder.embed([q], { purpose: 'query', signal });
      if (!vector?.some((value) => value !== 0)) return { ids: [], searched: 'Searched by words: the question has no word that the embedder knows.' };
      const filter = scopeSql(scope);
      const ids = memory ? await memory.nearest({ vector, filter, limit }) : await nearestByIndex(db, { space, vector, filter, limit });
      return { ids: await lookAgain(db, { embedder, q, ids }), searched: `Searched by words and meaning (${embedder.title}).` };
    } catch (error) {
      if (signal.aborted) return { ids: [], searched: 'Searched by words.' };
      const why = error instanceof AppError ? error.message : 'The search by meaning failed; the supervisor’s log says why.';
      return { ids: [], searched: `Searched by words only. ${why}` };
    }
  };
}

async function lookAgain(db: Db, { embedder, q, ids }: { embedder: Embedder; q: string; ids: string[] }): Promise<string[]> {
  if (!embedder.rerank || ids.length === 0) return ids;
  const rows = await db.learning.findMany({ where: { id: { in: ids } }, select: { id: true, text: true } });
  const scores = await embedder.rerank(
    q,
    rows.map(({ text }) => text),
  );
  const again = rows.map(({ id }, n) => ({ id, score: scores[n] ?? 0 })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return fuse({ words: again.map(({ id }) => id), letters: [], meaning: ids }).map(({ id }) => id);
}
