import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The advisory lock that Prisma's own migrate takes, so that the two exclude each other. */
const PRISMA_MIGRATE_LOCK = 72707369;
const MIGRATIONS_DIR = join(import.meta.dirname, '../../prisma/migrations');

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The migrations of this version, oldest first. */
export async function readMigrations(dir = MIGRATIONS_DIR): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(dir, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

/** Names of the migrations that the database lacks. @throws where it cannot be reached, or is of a version that this one does not know */
export async function pendingMigrations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // said by the query that it ends
  await client.connect();
  try {
    const table = await client.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
    const done = table.rows[0]?.found
      ? await client.query<{ migration_name: string }>('SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL')
      : { rows: [] };
    const applied = new Set(done.rows.map((row) => row.migration_name));
    const own = await readMigrations();
    refuseNewer([...applied], own);
    return own.map((migration) => migration.name).filter((name) => !applied.has(name));
  } finally {
    await client.end();
  }
}

/**
 * Applies what is missing, each migration in one transaction, in Prisma's own bookkeeping: `prisma migrate status` and `deploy`
 * agree with it afterwards.
 * @returns names of the migrations that were applied now
 * @throws where a migration fails, an applied one was changed since, or one was applied that this version does not know
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // said by the query that it ends
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK]);
    await client.query(BOOKKEEPING);
    const rows = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const applied = new Map(rows.rows.map((row) => [row.migration_name, row.checksum]));
    const done: string[] = [];
    const own = await readMigrations();
    refuseNewer([...applied.keys()], own);
    for (const migration of own) {
      const checksum = applied.get(migration.name);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined)
        throw new Error(`Migration ${migration.name} was changed after it was applied. Restore the file, or the database from a backup.`);
      await applyOne(client, migration);
      done.push(migration.name);
    }
    return done;
  } finally {
    await client.end();
  }
}

/** Old code would write into tables that it does not know. */
function refuseNewer(applied: readonly string[], own: readonly Migration[]): void {
  const unknown = applied.find((name) => !own.some((migration) => migration.name === name));
  if (unknown === undefined) return;
  throw new Error(
    `The database is of a newer version of the factory, or of another program: it has the migration ${unknown}, which this version does not know. ` +
      'Start the version that made it, or restore a backup that this version made.',
  );
}

/** Tables that a migration of this version ever made: nothing else in the database is the factory's. */
export async function ownTables(): Promise<ReadonlySet<string>> {
  const made = (await readMigrations()).flatMap(({ sql }) => [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/gi)].map((match) => match[1] ?? ''));
  return new Set(made);
}

/** Applies these in the caller's transaction, to a database that has no tables yet. */
export async function applyMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  await client.query(BOOKKEEPING);
  for (const migration of migrations) await runOne(client, migration);
}

async function runOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)', [
    randomUUID(),
    migration.checksum,
    migration.name,
  ]);
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await runOne(client, migration);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${migration.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
