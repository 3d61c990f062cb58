import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

const MAX = 500;

/** What the work can be filtered by: every repository and source that some item has, in alphabetical order. */
export async function listFacets(ctx: Ctx): Promise<{ repos: string[]; sources: string[] }> {
  authoriseView(ctx);
  const repos = await ctx.db.workItem.groupBy({ by: ['repo'], orderBy: { repo: 'asc' }, take: MAX });
  const sources = await ctx.db.workItem.groupBy({ by: ['source'], orderBy: { source: 'asc' }, take: MAX });
  return { repos: repos.map((row) => row.repo), sources: sources.map((row) => row.source) };
}
