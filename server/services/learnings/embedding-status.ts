import { type EmbeddingStatus, embeddingStatusSchema, type LearningsStatus } from '../../contracts/learnings.ts';
import type { Db } from '../../db/client.ts';
import { authoriseSupervisor, authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { SUPERVISOR_ALIVE_MS } from '../status/get-status.ts';

/**
 * What embeds: of the supervisors that live the one with an embedder, and of several always the same one. Two with different embedders
 * would each embed everything anew without end.
 */
export async function readEmbeddingStatus(db: Db, now: Date): Promise<(EmbeddingStatus & { supervisorId: string }) | null> {
  const since = new Date(now.getTime() - SUPERVISOR_ALIVE_MS);
  const rows = await db.supervisor.findMany({ where: { beatAt: { gt: since } }, orderBy: { id: 'asc' }, select: { id: true, embedding: true } });
  const said = rows.flatMap(({ id, embedding }) => {
    const status = embeddingStatusSchema.safeParse(embedding);
    return status.success ? [{ ...status.data, supervisorId: id }] : [];
  });
  return said.find(({ id }) => id !== null) ?? said[0] ?? null;
}

/** Says what this supervisor embeds with. */
export async function publishEmbeddingStatus(ctx: Ctx, status: EmbeddingStatus): Promise<void> {
  await ctx.db.supervisor.updateMany({ where: { id: authoriseSupervisor(ctx) }, data: { embedding: status } });
}

/** What the search by meaning works with, and how far it has come. */
export async function getLearningsStatus(ctx: Ctx): Promise<LearningsStatus> {
  authoriseView(ctx);
  const status = await readEmbeddingStatus(ctx.db, ctx.now());
  const [counted] = await ctx.db.$queryRaw<{ total: number; embedded: number; proposed: number }[]>`
    SELECT count(*)::int AS total, count(*) FILTER (WHERE embedding_id = ${status?.id ?? null})::int AS embedded,
      count(*) FILTER (WHERE state = 'proposed')::int AS proposed
    FROM learning WHERE merged_into IS NULL`;
  const embedding = status && { id: status.id, dimension: status.dimension, because: status.because, index: status.index, indexBecause: status.indexBecause };
  return { embedding, total: counted?.total ?? 0, embedded: counted?.embedded ?? 0, proposed: counted?.proposed ?? 0 };
}
