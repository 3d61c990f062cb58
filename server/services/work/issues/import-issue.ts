import { issueToSpec } from '../../../domain/specs/issue-spec.ts';
import { authoriseSupervisor } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { createWorkItem } from '../create-work-item.ts';

/** How an issue is known: `source` github, `sourceId` owner/name#number in lower case, as GitHub compares names. */
export function issueSourceId(repo: string, number: number): string {
  return `${repo.toLowerCase()}#${number}`;
}

export interface LabelledIssue {
  repo: string;
  number: number;
  title: string;
  body: string;
  url: string;
  /** Who put the label on, and has write permission: the caller asked GitHub. */
  labelledBy: string;
}

/**
 * Makes the one work item of an issue, from its text as it is now; what is edited later does not count.
 * @returns the item's id, and whether this call made it
 */
export async function importIssue(ctx: Ctx, issue: LabelledIssue): Promise<{ id: string; created: boolean }> {
  authoriseSupervisor(ctx);
  const { title, spec } = issueToSpec(issue);
  const sourceId = issueSourceId(issue.repo, issue.number);
  const { item, created } = await createWorkItem(ctx, { source: 'github', sourceId, sourceUrl: issue.url, repo: issue.repo, title, spec });
  if (created) {
    await ctx.db.audit.create({ data: { actor: `github ${issue.labelledBy}`, action: 'issue.imported', workItemId: item.id, why: `labelled ${sourceId}` } });
  }
  return { id: item.id, created };
}
