import type { Db, Tx } from '../../../db/client.ts';
import type { ServiceConfig } from '../../../contracts/service-config.ts';
import { agentSchema, testEnvSchema } from '../../../contracts/repositories.ts';
import { decideWorkSettings, type WorkSettings } from '../../../domain/settings/work-settings.ts';

interface Item {
  repo: string;
  setup: string | null;
  verify: string | null;
  baseBranch: string | null;
  image: string | null;
}

/** What holds for a work item now: its own word, else its repository's, else the environment's. */
export async function readWorkSettings(db: Db | Tx, config: ServiceConfig, item: Item): Promise<WorkSettings> {
  const repository = await db.repositorySettings.findUnique({ where: { name: item.repo } });
  // Written through the same schema; a row of another version that does not fit says nothing.
  const testEnv = testEnvSchema.catch({}).parse(repository?.testEnv ?? {});
  const agent = agentSchema
    .nullable()
    .catch(null)
    .parse(repository?.agent ?? null);
  return decideWorkSettings(item, repository && { ...repository, testEnv, agent }, config);
}
