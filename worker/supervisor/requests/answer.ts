import type { SupervisorAnswer, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import type { HostEnv } from '../git.ts';
import { answerHealth } from './answer-health.ts';

export interface AnswerDeps {
  /** The supervisor's own environment. */
  host: HostEnv;
}

/** What this supervisor says to a question of the web app. */
export async function answer(deps: AnswerDeps, ask: SupervisorAsk, signal: AbortSignal): Promise<SupervisorAnswer> {
  switch (ask.kind) {
    case 'health': {
      const { fixed, checks } = await answerHealth({ host: deps.host, fix: ask.fix, signal });
      return { fixed, checks };
    }
    case 'test_connection':
    case 'look_into_repository':
      throw new Error('not yet');
  }
}
