import { migrate } from '../../db/migrate.ts';
import { parseEnv } from '../../env.ts';
import { findDatabaseUrl } from '../context.ts';

export async function migrateCommand(): Promise<void> {
  const done = await migrate(findDatabaseUrl(parseEnv(process.env)));
  process.stdout.write(done.length === 0 ? 'The database is up to date.\n' : `Applied: ${done.join(', ')}\n`);
}
