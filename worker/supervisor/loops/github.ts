import type { Logger } from 'pino';
import type { GitHub } from '../../../server/adapters/github.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { takeIssuesOnce } from './issue-intake.ts';
import { runPoll } from './poll.ts';
import { readPullRequestsOnce } from './pull-requests.ts';

export interface GitHubLoopsDeps {
  ctx: Ctx;
  /** null: no GITHUB_TOKEN. */
  github: GitHub | null;
  repos: readonly string[];
  intakeLabel: string;
  /** POLL_INTERVAL, ms. */
  pollIntervalMs: number;
  /** Sentences that say what is off and why, by loop; null where it works. For the supervisor's facts. */
  report: (loop: 'issues' | 'pull_requests', sentence: string | null) => void;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export type Loop = (signal: AbortSignal) => Promise<void>;

/** The loops that poll GitHub; what is missing for one is reported, and that loop is not started. */
export function githubLoops(deps: GitHubLoopsDeps): Loop[] {
  const { ctx, github, repos, log } = deps;
  if (!github) {
    deps.report('pull_requests', 'Pull requests are off: there is no GitHub token (Settings → Connections, or GITHUB_TOKEN).');
    deps.report('issues', 'Issue intake is off: there is no GitHub token (Settings → Connections, or GITHUB_TOKEN).');
    return [];
  }
  const poll = { intervalMs: deps.pollIntervalMs, log, now: ctx.now };
  const pulls: Loop = (signal) =>
    runPoll(
      { ...poll, what: 'Reading pull requests', report: (sentence) => deps.report('pull_requests', sentence) },
      (inner) => readPullRequestsOnce({ ctx, github, log }, inner),
      signal,
    );
  if (repos.length === 0) {
    deps.report('issues', 'Issue intake is off: REPOS names no repository.');
    return [pulls];
  }
  const issues: Loop = (signal) =>
    runPoll(
      { ...poll, what: 'Issue intake', report: (sentence) => deps.report('issues', sentence) },
      (inner) => takeIssuesOnce({ ctx, github, repos, label: deps.intakeLabel, log }, inner),
      signal,
    );
  return [pulls, issues];
}
