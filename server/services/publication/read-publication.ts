import { AppError } from '../../domain/app-error.ts';
import type { PullRequestFacts } from '../../domain/work/pull-request-text.ts';
import { parseSpec } from '../../domain/specs/spec.ts';
import { authoriseSupervisor } from '../authorise.ts';
import { readWorkSettings } from '../settings/repositories/read-repository.ts';
import type { Ctx } from '../context.ts';

export interface Publication {
  workItemId: string;
  repo: string;
  cloneUrl: string;
  branch: string | null;
  baseBranch: string | null;
  /** Tip of the branch on the remote as last pushed; null: not there yet. */
  remoteCommit: string | null;
  prNumber: number | null;
  facts: Omit<PullRequestFacts, 'heading' | 'workItemUrl'>;
}

/**
 * What goes out for a work item, as stored: the evidence is that of the given run, else of the newest with commits;
 * the costs are those of all its runs.
 */
export async function readPublication(ctx: Ctx, input: { workItemId: string; runId: string | null }): Promise<Publication> {
  authoriseSupervisor(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id: input.workItemId }, include: { runs: { orderBy: { epoch: 'desc' } } } });
  if (!item) throw new AppError('not_found', `There is no work item ${input.workItemId}.`);
  const run = item.runs.find((one) => one.id === input.runId) ?? item.runs.find((one) => one.headCommit !== null);
  const commit = run?.claimedCommit ?? run?.headCommit ?? item.headCommit ?? '';
  const { verify: command, baseBranch } = await readWorkSettings(ctx.db, ctx.config, item);
  const judged = run && run.verifyExit !== null && command !== null ? { exitCode: run.verifyExit, log: run.verifyLog ?? '', command, commit } : null;
  const { runs } = item;
  const sum = (of: (one: (typeof runs)[number]) => number) => runs.reduce((total, one) => total + of(one), 0);
  return {
    workItemId: item.id,
    repo: item.repo,
    cloneUrl: item.cloneUrl,
    branch: run?.branch ?? item.branch,
    baseBranch,
    remoteCommit: item.remoteCommit,
    prNumber: item.prNumber,
    facts: {
      title: item.title,
      tasks: parseSpec(item.spec).tasks,
      verified: judged ? judged.exitCode === 0 : null,
      verification: judged,
      commit,
      runs: item.runs.length,
      iterations: sum((one) => one.iterations),
      tokens: sum((one) => one.inputTokens + one.outputTokens),
      costUsd: sum((one) => one.costUsd),
      agent: run?.agent === 'demo' ? 'demo (scripted, no model)' : (run?.agent ?? 'unknown'),
      issue: issueOf(item),
    },
  };
}

/** The issue's number where the item came from an issue of the repository it changes. */
function issueOf(item: { source: string; sourceId: string; repo: string }): number | null {
  const [repo, number] = item.sourceId.split('#', 2);
  if (item.source !== 'github' || repo?.toLowerCase() !== item.repo.toLowerCase() || !/^\d{1,10}$/.test(number ?? '')) return null;
  return Number(number);
}
