import type { Logger } from 'pino';
import type { GitHub, Issue } from '../../../server/adapters/github.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { importIssue, issueSourceId } from '../../../server/services/work/issues/import-issue.ts';
import { refuseIssue } from '../../../server/services/work/issues/refuse-issue.ts';

export interface IssueIntakeDeps {
  ctx: Ctx;
  github: GitHub;
  /** REPOS: owner/name each. */
  repos: readonly string[];
  /** INTAKE_LABEL */
  label: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Reads every repository once and makes the work items of newly labelled issues. One repository that fails does not
 * keep the others from being read; the first failure is thrown at the end.
 */
export async function takeIssuesOnce(deps: IssueIntakeDeps, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const repo of deps.repos) {
    if (signal.aborted) return;
    try {
      for (const issue of await deps.github.listLabelledIssues({ repo, label: deps.label })) {
        if (signal.aborted) return;
        await takeIssue(deps, repo, issue);
      }
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function takeIssue(deps: IssueIntakeDeps, repo: string, issue: Issue): Promise<void> {
  const { ctx, github, label } = deps;
  const sourceId = issueSourceId(repo, issue.number);
  if (await ctx.db.workItem.findUnique({ where: { source_sourceId: { source: 'github', sourceId } }, select: { id: true } })) return;
  const by = await github.labelledBy({ repo, number: issue.number, label });
  const refuse = async (reason: string) => {
    if (await refuseIssue(ctx, { sourceId, login: by?.login ?? 'unknown', reason })) deps.log.warn({ sourceId, reason }, 'issue not taken');
  };
  if (!by) return refuse('nobody is known to have put the label on');
  if (!(await github.canWrite({ repo, login: by.login }))) return refuse(`${by.login}, who put the label on (${by.at}), has no write permission`);
  try {
    const { id, created } = await importIssue(ctx, { repo, ...issue, labelledBy: by.login });
    if (created) deps.log.info({ sourceId, workItemId: id }, 'issue taken');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await refuse(error.message);
  }
}
