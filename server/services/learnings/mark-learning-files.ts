import { workItemStateSchema } from '../../contracts/rest.ts';
import type { FiledLearning } from '../../domain/learnings/learning-files.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Of more in one repository only the newest are looked after. */
const LEARNINGS_MAX = 5_000;

/** The learnings of a repository that are about a file, and the base branch that a person set for it. */
export async function readLearningFiles(ctx: Ctx, { repo }: { repo: string }): Promise<{ learnings: FiledLearning[]; baseBranch: string | null }> {
  authoriseSupervisor(ctx);
  const rows = await ctx.db.$queryRaw<(Omit<FiledLearning, 'itemState'> & { itemState: string | null })[]>`
    SELECT l.id, l.file, l.commit, w.state AS "itemState", l.file_gone_at IS NOT NULL AS gone
    FROM learning l LEFT JOIN run r ON r.id = l.run_id LEFT JOIN work_item w ON w.id = r.work_item_id
    WHERE l.repo = ${repo} AND l.file IS NOT NULL AND l.merged_into IS NULL
    ORDER BY l.created_at DESC, l.id LIMIT ${LEARNINGS_MAX}`;
  const settings = await ctx.db.repositorySettings.findUnique({ where: { name: repo }, select: { baseBranch: true } });
  const learnings = rows.map((row) => ({ ...row, itemState: row.itemState === null ? null : workItemStateSchema.parse(row.itemState) }));
  return { learnings, baseBranch: settings?.baseBranch ?? null };
}

/** Flags those whose file is gone, since now, and takes the flag from those whose file is back. */
export async function markLearningFiles(ctx: Ctx, { gone, back }: { gone: readonly string[]; back: readonly string[] }): Promise<void> {
  authoriseSupervisor(ctx);
  await ctx.db.$transaction([
    ctx.db.learning.updateMany({ where: { id: { in: [...gone] }, fileGoneAt: null }, data: { fileGoneAt: ctx.now() } }),
    ctx.db.learning.updateMany({ where: { id: { in: [...back] } }, data: { fileGoneAt: null } }),
  ]);
}
