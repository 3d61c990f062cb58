import type { Logger } from 'pino';
import { chooseEmbedder } from '../../../server/adapters/embeddings/choose-embedder.ts';
import type { Embedder, EmbeddingConfig } from '../../../server/adapters/embeddings/embedder.ts';
import { ensureVectorIndex, type VectorIndex } from '../../../server/db/vector-index.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { embedLearnings } from '../../../server/services/learnings/embed-learnings.ts';
import { publishEmbeddingStatus, readEmbeddingStatus } from '../../../server/services/learnings/embedding-status.ts';
import { type NearestLearnings, nearestWith } from '../../../server/services/learnings/nearest.ts';
import type { Wake } from './wake.ts';

const IDLE_MS = 5_000;
/** After a failure of the embedder or the database. */
const RETRY_MS = 15_000;

/** The search by meaning of this process: by words alone until the embedder is open. */
export interface SearchByMeaning {
  nearest: NearestLearnings;
}

export function searchByWords(because: string): SearchByMeaning {
  return { nearest: () => Promise.resolve({ ids: [], searched: `Searched by words: ${because}` }) };
}

export interface EmbeddingsDeps {
  /** Its actor is the supervisor. */
  ctx: Ctx;
  config: EmbeddingConfig;
  dataDir: string;
  /** Gets the search by meaning as soon as there is one. */
  search: SearchByMeaning;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Opens the best embedder, in the background, and gives a vector to every learning that has none of it; until the signal. */
export async function runEmbeddings(deps: EmbeddingsDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  const { ctx, search, log } = deps;
  const say = (sentence: string) => publish(deps, { embedder: null, because: sentence, index: null }).catch(() => undefined); // shown at the next change
  if (!(await untilNeeded(deps, { wake, signal }))) return;
  const choice = await chooseEmbedder(deps.config, { dataDir: deps.dataDir, signal, log, onProgress: (sentence) => void say(sentence) }).catch(() => null);
  if (!choice || signal.aborted) return void (await choice?.embedder?.close());
  const { embedder, because } = choice;
  try {
    let index: VectorIndex | null = null;
    while (!signal.aborted) {
      let pause = IDLE_MS;
      try {
        if (!index) {
          index = await ensureVectorIndex(ctx.db, embedder && { embeddingId: embedder.id, dimension: embedder.dimension }, signal);
          await publish(deps, { embedder, because, index });
          if (!embedder) return;
          search.nearest = nearestWith(ctx.db, { embedder, index, signal });
          log.info({ embedder: embedder.id, index: index.serves }, 'search by meaning is ready');
        }
        if (embedder && (await mayEmbed(ctx, embedder)) && (await embedLearnings(ctx, { embedder, signal })) > 0) continue;
      } catch (error) {
        if (signal.aborted) break;
        log.warn({ err: error }, 'learnings could not be embedded; tried again');
        pause = RETRY_MS;
      }
      await wake.sleep(pause, signal);
    }
  } finally {
    await embedder?.close();
  }
}

/**
 * Waits for the first learning: a model is fetched when it is needed, and not before.
 * @returns false where the signal came first
 */
async function untilNeeded({ ctx, config }: EmbeddingsDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<boolean> {
  while (config.kind !== 'none' && !signal.aborted) {
    const count = await ctx.db.learning.count().catch(() => 0);
    if (count > 0) break;
    await wake.sleep(IDLE_MS, signal);
  }
  return !signal.aborted;
}

/** One embedder at a time, whichever supervisor runs it. */
async function mayEmbed(ctx: Ctx, embedder: Embedder): Promise<boolean> {
  const status = await readEmbeddingStatus(ctx.db, ctx.now());
  return status === null || status.id === null || status.id === embedder.id;
}

function publish(
  { ctx }: EmbeddingsDeps,
  { embedder, because, index }: { embedder: Embedder | null; because: string; index: VectorIndex | null },
): Promise<void> {
  return publishEmbeddingStatus(ctx, {
    id: embedder?.id ?? null,
    dimension: embedder?.dimension ?? null,
    because,
    index: embedder && index ? index.serves : 'none',
    indexBecause: index?.because ?? '',
  });
}
