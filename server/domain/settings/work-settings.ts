import type { Agent } from '../../contracts/repositories.ts';

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

/** Whose word holds. */
type Whose = 'item' | 'repository' | 'factory';
type Said = { value: string; of: Whose } | null;

/** The same, with whose word each is: for people. null: nobody says anything. */
export function explainWorkSettings(
  item: Own,
  repository: Own | null,
  environment: { setupCommand: string | null; verifyCommand: string | null },
): Record<'setup' | 'verify' | 'baseBranch', Said> {
  const first = (...words: [Whose, string | null | undefined][]): Said => {
    const found = words.find(([, value]) => value !== null && value !== undefined);
    return found?.[1] ? { of: found[0], value: found[1] } : null;
  };
  return {
    setup: first(['item', item.setup], ['repository', repository?.setup], ['factory', environment.setupCommand]),
    verify: first(['item', item.verify], ['repository', repository?.verify], ['factory', environment.verifyCommand]),
    baseBranch: first(['item', item.baseBranch], ['repository', repository?.baseBranch]),
  };
}
