import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, Prisma } from './client.ts';
import { tryLockVectorIndex } from './locks.ts';

const INDEX = 'learning_meaning_idx';
/** pgvector's HNSW takes no wider vectors. */
const HNSW_MAX_DIMENSION = 2_000;
/** How many candidates the index keeps at a time: more finds more of the nearest under a filter, and takes longer. */
const EF_SEARCH = 250;
/** 50,000 vectors take 40 s. */
const BUILD_TIMEOUT_MS = 30 * 60_000;
const LOCK_POLL_MS = 250;

export interface VectorSpace {
  /** The embedder's id; vectors of two are never compared. */
  embeddingId: string;
  dimension: number;
}

export interface VectorIndex {
  serves: 'hnsw' | 'exact';
  /** A sentence for people. */
  because: string;
}

/**
 * Makes the extension and the index of one embedder's vectors where pgvector can be had, and takes away one of another embedder or
 * dimension. Learnings are read and written meanwhile. Only one process does so at a time; the others wait. The index is partial: a row
 * of another embedder has no place in it.
 * @param space null: there are no vectors
 * @throws the signal's reason, where it comes while another process is at it
 */
export async function ensureVectorIndex(db: Db, space: VectorSpace | null, signal?: AbortSignal): Promise<VectorIndex> {
  for (;;) {
    // This transaction holds the lock and nothing else: an index is built beside the writes only outside of one. Nobody waits for the
    // lock inside Postgres, because the build waits for everybody who waits there.
    const made = await db.$transaction(
      async (tx) => {
        if (!(await tryLockVectorIndex(tx))) return null;
        // The last query's snapshot would be waited for too; a SET has none.
        await tx.$executeRaw`SET LOCAL application_name = 'factory: index of learnings'`;
        return bring(db, space);
      },
      { timeout: BUILD_TIMEOUT_MS, maxWait: BUILD_TIMEOUT_MS },
    );
    if (made !== null) return made;
    await sleep(LOCK_POLL_MS, undefined, signal && { signal });
  }
}

async function bring(db: Db, space: VectorSpace | null): Promise<VectorIndex> {
  const wanted = space === null ? null : indexPredicate(space);
  // What a build left behind that did not come to its end has no comment, or is not valid.
  const [present] = await db.$queryRaw<{ comment: string | null }[]>`
    SELECT CASE WHEN indisvalid THEN obj_description(indexrelid) END AS comment FROM pg_index WHERE indexrelid = to_regclass(${INDEX})`;
  const version = await ensureExtension(db);
  const fits = space !== null && version !== null && space.dimension <= HNSW_MAX_DIMENSION;
  if (present && (!fits || present.comment !== wanted)) await db.$executeRawUnsafe(`DROP INDEX CONCURRENTLY ${INDEX}`);
  if (space === null || version === null)
    return { serves: 'exact', because: version === null ? 'Exact search: pgvector is not installed.' : 'There are no vectors.' };
  if (!fits) return { serves: 'exact', because: `Exact search: an index takes at most ${HNSW_MAX_DIMENSION} dimensions, and these are ${space.dimension}.` };
  if (present?.comment !== wanted) {
    await db.$executeRawUnsafe(
      `CREATE INDEX CONCURRENTLY ${INDEX} ON learning USING hnsw ((embedding::vector(${dimensionOf(space)})) vector_cosine_ops) WHERE ${wanted}`,
    );
    await db.$executeRawUnsafe(`COMMENT ON INDEX ${INDEX} IS '${(wanted ?? '').replaceAll("'", "''")}'`);
  }
  return { serves: 'hnsw', because: `pgvector ${version}, HNSW index.` };
}

/** @returns pgvector's version, null where it cannot be had */
async function ensureExtension(db: Db): Promise<string | null> {
  const [row] = await db.$queryRaw<{ installed: string | null; offered: string | null }[]>`
    SELECT installed_version AS installed, default_version AS offered FROM pg_available_extensions WHERE name = 'vector'`;
  if (!row) return null;
  if (row.installed !== null) return row.installed;
  const [may] = await db.$queryRaw<{ super: boolean }[]>`SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user`;
  if (!may?.super) return null; // not a trusted extension before 0.5: an administrator creates it once
  await db.$executeRawUnsafe('CREATE EXTENSION IF NOT EXISTS vector');
  return row.offered;
}

/**
 * Those nearest in meaning by the index, the nearest first.
 * @param vector of length 1
 * @param filter on the table `learning`
 */
export async function nearestByIndex(
  db: Db,
  { space, vector, filter, limit }: { space: VectorSpace; vector: Float32Array; filter: Prisma.Sql; limit: number },
): Promise<string[]> {
  const cast = Prisma.raw(`vector(${dimensionOf(space)})`);
  const text = `[${Array.from(vector).join(',')}]`;
  // One statement: how the index searches is set before it is asked, since what it is asked comes from there.
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH asked AS MATERIALIZED (
      SELECT ${text}::${cast} AS vector, set_config('hnsw.ef_search', ${String(Math.max(EF_SEARCH, limit))}, true),
        set_config('hnsw.iterative_scan', 'strict_order', true)
    )
    SELECT id FROM learning WHERE ${Prisma.raw(indexPredicate(space))} AND ${filter}
    ORDER BY (embedding::${cast}) <=> (SELECT vector FROM asked) LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

/** Written out, not a parameter: the planner takes a partial index only where it can prove that it serves. */
function indexPredicate({ embeddingId, dimension }: VectorSpace): string {
  return `embedding_id = '${embeddingId.replaceAll("'", "''")}' AND array_length(embedding, 1) = ${dimensionOf({ dimension })}`;
}

function dimensionOf({ dimension }: Pick<VectorSpace, 'dimension'>): number {
  if (!Number.isInteger(dimension) || dimension < 1) throw new Error(`no dimension: ${dimension}`);
  return dimension;
}
