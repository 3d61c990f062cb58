import { createQueue, type Queue } from '../server/adapters/queue.ts';
import { parseEnv, serviceConfig } from '../server/env.ts';
import type { Ctx } from '../server/services/context.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** A migrated database of its own with a queue, and what services are given, as the command line acts in local mode. End it in afterAll. */
export async function createTestContext(): Promise<{ ctx: Ctx; database: TestDatabase; queue: Queue; end: () => Promise<void> }> {
  const database = await createTestDatabase();
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 't');
  return {
    ctx: { actor: { kind: 'cli', name: 't' }, db: database.db, now: () => new Date(), queue, config },
    database,
    queue,
    end: async () => {
      await queue.stop();
      await database.drop();
    },
  };
}
