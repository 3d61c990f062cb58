import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

export interface OpenPullRequest {
  workItemId: string;
  repo: string;
  number: number;
}

/** Items in review on GitHub, the one that was looked at longest ago first. */
export async function listOpenPullRequests(ctx: Ctx): Promise<OpenPullRequest[]> {
  authoriseSupervisor(ctx);
  const items = await ctx.db.workItem.findMany({
    where: { state: 'in_review', repoKind: 'github', prNumber: { not: null } },
    select: { id: true, repo: true, prNumber: true },
    orderBy: { updatedAt: 'asc' },
  });
  return items.flatMap(({ id, repo, prNumber }) => (prNumber === null ? [] : [{ workItemId: id, repo, number: prNumber }]));
}
