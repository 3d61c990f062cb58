import type { Agent } from '../contracts/repositories.ts';

/** What a work item, and what its repository, may say for itself. */
interface Own {
  setup: string | null;
  verify: string | null;
  baseBranch: string | null;
  image: string | null;
}

interface OfRepository extends Own {
  testEnv: Record<string, string>;
  agent: Agent | null;
}

export interface WorkSettings extends Own {
  /** Variables of setup, verify and the agent's commands. */
  testEnv: Record<string, string>;
  /** null: whom the supervisor chooses. */
  agent: Agent | null;
}

/** What holds for a work item: its own word, else its repository's, else the environment's. */
export function decideWorkSettings(
  item: Own,
  repository: OfRepository | null,
  environment: { setupCommand: string | null; verifyCommand: string | null },
): WorkSettings {
  return {
    setup: item.setup ?? repository?.setup ?? environment.setupCommand,
    verify: item.verify ?? repository?.verify ?? environment.verifyCommand,
    baseBranch: item.baseBranch ?? repository?.baseBranch ?? null,
    image: item.image ?? repository?.image ?? null,
    testEnv: repository?.testEnv ?? {},
    agent: repository?.agent ?? null,
  };
}
