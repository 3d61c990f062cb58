import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../server/db/embedded-postgres.ts';
import { migrate } from '../server/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the test server's `postgres` database. */
    postgresUrl: string;
  }
}

/** vitest's global set-up: one real Postgres for all files; each test file copies a migrated template (test-database.ts). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'factory-pg-'));
  chmodSync(dir, 0o711);
  const server = await startEmbeddedPostgres(dir, { flags: ['-c', 'fsync=off'] });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('CREATE DATABASE factory_template');
  await admin.end();
  await migrate(server.url.replace(/factory$/, 'factory_template'));
  project.provide('postgresUrl', server.url.replace(/factory$/, 'postgres'));
  return async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
