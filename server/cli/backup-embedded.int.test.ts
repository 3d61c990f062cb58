import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded-postgres.ts';
import { migrate } from '../db/migrate.ts';
import { asProcessEnv } from '../domain/process-env.ts';
import { ROOT } from './version.ts';

// The database that comes with the factory: backed up while it runs and while it does not, and put back.

let dataDir: string;
let server: EmbeddedPostgres;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'factory-backup-embedded-'));
  chmodSync(dataDir, 0o711);
  server = await start();
  await migrate(server.url);
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = () => startEmbeddedPostgres(dataDir, { flags: ['-c', 'fsync=off'] });
const runs = () => existsSync(join(dataDir, 'postgres', 'postmaster.pid'));
const file = (name: string) => join(dataDir, name);

function factory(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = asProcessEnv({ PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, RUNTIME: 'process' });
  return spawnSync(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', ...args], { cwd: ROOT, encoding: 'utf8', env, timeout: 120_000 });
}

async function sql(text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<{ name: string }>(text)).rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
const NAMES = `SELECT name FROM "user" ORDER BY name`;

test('a backup of a factory that runs leaves its database running', async () => {
  await sql(`INSERT INTO "user" (id, name) VALUES ('ada', 'Ada')`);
  expect(factory('backup', file('running'))).toMatchObject({ status: 0, stdout: expect.stringMatching(/running: \d+ rows/) as string });
  expect(await sql(NAMES)).toEqual(['Ada']);
});

test('a backup of one that is stopped starts the database for it, and stops it again; so does a restore', async () => {
  await sql(`INSERT INTO "user" (id, name) VALUES ('eve', 'Eve')`);
  await server.stop();
  expect(runs()).toBe(false);
  expect(factory('backup', file('stopped'))).toMatchObject({ status: 0 });
  expect(runs()).toBe(false);

  expect(factory('restore', file('running')).stderr).toContain('The database holds 0 work items and 2 people: --force replaces all of it.');
  expect(factory('restore', file('running'), '--force')).toMatchObject({ status: 0, stdout: expect.stringContaining('are back') as string });
  expect(runs()).toBe(false);
  server = await start();
  expect(server.adopted).toBe(false);
  expect(await sql(NAMES)).toEqual(['Ada']);
});

test('a restore into a database that a killed start left running takes it over and leaves it', async () => {
  expect(factory('restore', file('stopped'), '--force')).toMatchObject({ status: 0 });
  expect(runs()).toBe(true);
  expect(await sql(NAMES)).toEqual(['Ada', 'Eve']);
});
