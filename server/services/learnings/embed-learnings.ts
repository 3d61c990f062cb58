import type { Embedder } from '../../adapters/embeddings/embedder.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const BATCH = 64;

/**
 * Gives vectors to learnings that have none of this embedder: new and changed ones first. Done again it changes nothing.
 * @returns how many it did; 0 where none is left
 */
export async function embedLearnings(ctx: Ctx, { embedder, signal }: { embedder: Embedder; signal: AbortSignal }): Promise<number> {
  authoriseSupervisor(ctx);
  const rows = await ctx.db.$queryRaw<{ id: string; text: string }[]>`
    SELECT id, text FROM learning WHERE embedding_id IS DISTINCT FROM ${embedder.id} AND merged_into IS NULL
    ORDER BY embedding_id IS NOT NULL, created_at DESC, id LIMIT ${BATCH}`;
  if (rows.length === 0) return 0;
  const vectors = await embedder.embed(
    rows.map(({ text }) => text),
    { purpose: 'document', signal },
  );
  const now = ctx.now();
  await ctx.db.$transaction(
    rows.map(({ id, text }, n) => {
      const vector = vectors[n];
      if (vector?.length !== embedder.dimension) throw new Error(`a vector of ${vector?.length ?? 0} instead of ${embedder.dimension}`);
      // Only where the text is still the one that was embedded.
      return ctx.db.$executeRaw`
        UPDATE learning SET embedding = ${Array.from(vector)}::real[], embedding_id = ${embedder.id}, embedded_at = ${now} WHERE id = ${id} AND text = ${text}`;
    }),
  );
  return rows.length;
}
