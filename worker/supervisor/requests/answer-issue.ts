import type { z } from 'zod';
import { createGitHub, GitHubError } from '../../../server/adapters/github.ts';
import type { issueAnswerSchema, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { parseIssueAddress } from '../../../server/domain/specs/issue-address.ts';
import type { Env } from '../../../server/env.ts';

type Ask = Omit<Extract<SupervisorAsk, { kind: 'read_issue' }>, 'kind'>;

interface IssueDeps {
  env: Pick<Env, 'GITHUB_TOKEN' | 'GITHUB_API_URL'>;
  /** GITHUB_SERVER_URL */
  githubServerUrl: string;
  signal: AbortSignal;
}

/**
 * Reads an issue with the factory's token.
 * @throws AppError where there is no token, no such issue, or GitHub does not answer
 */
export async function answerIssue({ env, githubServerUrl, signal }: IssueDeps, { owner, name, number }: Ask): Promise<z.infer<typeof issueAnswerSchema>> {
  if (!env.GITHUB_TOKEN) throw new AppError('unavailable', 'There is no GitHub token: set one in Settings → Connections.');
  const asked = `${owner}/${name}#${number}`;
  try {
    const issue = await createGitHub({ apiUrl: env.GITHUB_API_URL, token: env.GITHUB_TOKEN, signal }).getIssue({ repo: `${owner}/${name}`, number });
    if (issue.isPullRequest) throw new AppError('bad_request', `${asked} is a pull request, and only an issue can be imported.`);
    const at = parseIssueAddress(issue.url, githubServerUrl);
    return { repo: `${at.owner}/${at.name}`, number: at.number, title: issue.title, body: issue.body, url: issue.url };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.status === 404 || error.status === 410)
      throw new AppError('not_found', `GitHub shows the factory no issue ${asked}: it is not there, or the factory’s token may not read it.`);
    throw new AppError('unavailable', error.message, { cause: error });
  }
}
