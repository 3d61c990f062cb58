import type { SupervisorAnswer, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { ensureDemoRepository } from '../../../server/adapters/demo-repository.ts';
import type { Env } from '../../../server/env.ts';
import type { HostEnv } from '../git.ts';
import { answerChanges } from './answer-changes.ts';
import { answerLearningsFile } from './answer-learnings-file.ts';
import { answerRepository } from './answer-repository.ts';
import type { RepositoryDeps } from './bring-base.ts';
import { answerIssue } from './answer-issue.ts';
import { answerProposal } from './answer-proposal.ts';
import { answerHealth } from './answer-health.ts';
import { testGitHub } from './test-github.ts';
import { testModel } from './test-model.ts';

export interface AnswerDeps extends RepositoryDeps {
  /** The supervisor's own environment. */
  host: HostEnv;
  /** Its configuration, with the credentials that it works with. */
  env: Pick<Env, 'GITHUB_TOKEN' | 'GITHUB_API_URL' | 'ANTHROPIC_API_KEY' | 'CLAUDE_CODE_OAUTH_TOKEN' | 'ANTHROPIC_BASE_URL'>;
}

/** What this supervisor says to a question of the web app. */
export async function answer(deps: AnswerDeps, ask: SupervisorAsk, signal: AbortSignal): Promise<SupervisorAnswer> {
  const { env } = deps;
  switch (ask.kind) {
    case 'health': {
      const { fixed, checks } = await answerHealth({ host: deps.host, fix: ask.fix, signal });
      return { fixed, checks };
    }
    case 'test_connection':
      if (ask.connection === 'github') return testGitHub({ token: env.GITHUB_TOKEN, apiUrl: env.GITHUB_API_URL });
      return testModel({ apiKey: env.ANTHROPIC_API_KEY, oauthToken: env.CLAUDE_CODE_OAUTH_TOKEN, baseUrl: env.ANTHROPIC_BASE_URL });
    case 'read_issue':
      return answerIssue({ env, githubServerUrl: deps.mirrors.githubServerUrl, signal }, ask);
    case 'read_changes':
      return answerChanges(deps.mirrors, ask, signal);
    case 'read_learnings_file':
      return answerLearningsFile(deps, ask);
    case 'propose_learnings':
      return answerProposal(deps, ask);
    case 'prepare_demo':
      return { repo: await ensureDemoRepository(deps.mirrors.dataDir) };
    case 'nearest_learnings':
      return (await deps.ctx.nearest?.(ask)) ?? { ids: [], searched: 'Searched by words: the embedder is not ready yet.' };
    case 'look_into_repository':
      return answerRepository(deps, ask);
  }
}
