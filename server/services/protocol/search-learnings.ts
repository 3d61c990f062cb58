import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const MOST = 20;

/** Learnings of the run's repository, newest first; with `q` only those that hold one of its words. */
export async function searchLearnings(ctx: Ctx, { q }: { q: string }): Promise<{ learnings: { kind: string; text: string; source: string }[] }> {
  const { runId } = authoriseRun(ctx);
  const run = await ctx.db.run.findUniqueOrThrow({ where: { id: runId }, select: { workItem: { select: { repo: true } } } });
  const words = q
    .split(/\s+/)
    .filter((word) => word.length > 2)
    .slice(0, 10);
  const rows = await ctx.db.learning.findMany({
    where: {
      repo: run.workItem.repo,
      state: { not: 'disabled' },
      ...(words.length > 0 ? { OR: words.map((word) => ({ text: { contains: word, mode: 'insensitive' as const } })) } : {}),
    },
    orderBy: [{ seen: 'desc' }, { createdAt: 'desc' }],
    take: MOST,
  });
  return { learnings: rows.map((row) => ({ kind: row.kind, text: row.text, source: row.runId ? `run ${row.runId}` : 'a person' })) };
}
