import type { Logger } from 'pino';
import type { GitHub } from '../../../server/adapters/github.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { listOpenPullRequests } from '../../../server/services/publication/list-open-pull-requests.ts';
import { settlePullRequest } from '../../../server/services/publication/settle-pull-request.ts';

export interface PullRequestDeps {
  ctx: Ctx;
  github: GitHub;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Looks at every open pull request once: merged and closed ones end what they were opened for. The first failure is thrown at the end. */
export async function readPullRequestsOnce({ ctx, github, log }: PullRequestDeps, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const { of, repo, number } of await listOpenPullRequests(ctx)) {
    if (signal.aborted) return;
    try {
      const pull = await github.getPullRequest({ repo, number });
      if (pull.state === 'open') continue;
      const outcome = pull.merged ? 'merged' : 'closed';
      if (await settlePullRequest(ctx, { of, number, outcome })) log.info({ ...of, number, outcome }, 'pull request ended');
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
