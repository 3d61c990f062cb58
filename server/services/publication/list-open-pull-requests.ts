import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

export interface OpenPullRequest {
  /** What it was opened for, one of the two. */
  of: { workItemId: string } | { proposalId: string };
  repo: string;
  number: number;
}

/** Those of items in review on GitHub, the one that was looked at longest ago first, then those of proposed learnings. */
export async function listOpenPullRequests(ctx: Ctx): Promise<OpenPullRequest[]> {
  authoriseSupervisor(ctx);
  const items = await ctx.db.workItem.findMany({
    where: { state: 'in_review', repoKind: 'github', prNumber: { not: null } },
    select: { id: true, repo: true, prNumber: true },
    orderBy: { updatedAt: 'asc' },
  });
  const proposals = await ctx.db.learningProposal.findMany({
    where: { state: 'proposed', prNumber: { not: null } },
    select: { id: true, repo: true, prNumber: true },
    orderBy: { changedAt: 'asc' },
  });
  const open = [
    ...items.map(({ id, ...rest }) => ({ of: { workItemId: id }, ...rest })),
    ...proposals.map(({ id, ...rest }) => ({ of: { proposalId: id }, ...rest })),
  ];
  return open.flatMap(({ of, repo, prNumber }) => (prNumber === null ? [] : [{ of, repo, number: prNumber }]));
}
