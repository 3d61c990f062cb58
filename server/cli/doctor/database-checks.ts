import pg from 'pg';
import type { Check } from '../../contracts/health.ts';
import { pendingMigrations } from '../../db/migrate.ts';
import { fail, judgeClock, judgeVectors, pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import { findDatabaseUrl } from '../context.ts';
import { words } from './words.ts';

/** Whether Postgres answers and is up to date; where it answers, also its clock and whether it knows vectors. */
export async function checkDatabase(env: Env): Promise<Check[]> {
  try {
    const url = findDatabaseUrl(env);
    const pending = await pendingMigrations(url);
    const database = pending.length === 0 ? pass('Database', 'answers, and is up to date') : fail('Database', `lacks ${pending.join(', ')}`, 'npm run migrate');
    return [database, ...(await askDatabase(url, env))];
  } catch (error) {
    if (env.DATABASE_URL) return [fail('Database', words(error), 'start that Postgres, or correct DATABASE_URL')];
    return [warn('Database', 'the embedded Postgres does not run', 'npm start')];
  }
}

async function askDatabase(url: string, env: Env): Promise<Check[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const before = Date.now();
    const { rows } = await client.query<{ now: Date; vector: string | null }>(
      `SELECT clock_timestamp() AS now, (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS vector`,
    );
    const middle = (before + Date.now()) / 2;
    return [
      judgeClock((rows[0]?.now.getTime() ?? middle) - middle, { name: 'Clock', of: 'the database’s' }),
      judgeVectors({ version: rows[0]?.vector ?? null, isOwn: env.DATABASE_URL !== undefined }),
    ];
  } finally {
    await client.end();
  }
}
