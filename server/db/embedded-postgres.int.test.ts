import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

const ROOT = join(import.meta.dirname, '../..');
let dataDir: string;
let server: EmbeddedPostgres;
beforeAll(() => {
  vi.stubEnv('GITHUB_TOKEN', 'not-for-postgres');
  dataDir = mkdtempSync(join(tmpdir(), 'factory-embedded-'));
  chmodSync(dataDir, 0o711);
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function answer(sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows[0]?.value;
  } finally {
    await client.end();
  }
}
const pid = () => Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

function alive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

test('makes a cluster of its own, on loopback alone, with its secrets shut', async () => {
  server = await startEmbeddedPostgres(dataDir);
  expect(server.adopted).toBe(false);
  expect(await answer('SELECT current_setting($$server_version$$) AS value')).toMatch(/^17\./);
  expect(await answer('SELECT current_setting($$listen_addresses$$) AS value')).toBe('localhost');
  expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  await answer('CREATE TABLE kept AS SELECT 42 AS value');
});

test('is given no credential of the factory’s, which it would show its clients', () => {
  const environment = readFileSync(`/proc/${pid()}/environ`, 'utf8').split('\0');
  expect(environment.some((line) => line.startsWith('PATH='))).toBe(true);
  expect(environment.filter((line) => /not-for-postgres|TOKEN|KEY|SECRET/.test(line))).toEqual([]);
});

test('a server that a killed start left behind is taken over as it is', async () => {
  await server.stop();
  const script = `import { startEmbeddedPostgres } from './server/db/embedded-postgres.ts';
    const { url } = await startEmbeddedPostgres(process.argv[1]);
    console.log(url);
    setInterval(() => undefined, 1000);`;
  const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dataDir], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(starter, 'exit');
  const [said] = await Promise.race([once(starter.stdout, 'data'), ended.then(() => ['ended by itself'])]);
  const before = pid();
  starter.kill('SIGKILL');
  await ended;
  server = await startEmbeddedPostgres(dataDir);
  expect(server.adopted).toBe(true);
  expect(server.url).toBe(String(said).trim());
  expect(pid()).toBe(before);
  expect(await answer('SELECT value FROM kept')).toBe(42);
});

test('comes up on the same port and data after it was killed, its old pid file in the way', async () => {
  const { url } = server;
  process.kill(pid(), 'SIGKILL');
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(true);
  await expect
    .poll(
      async () => {
        server = await startEmbeddedPostgres(dataDir);
        return server.adopted;
      },
      { timeout: 30_000 },
    )
    .toBe(false);
  expect(server.url).toBe(url);
  expect(await answer('SELECT value FROM kept')).toBe(42);
});

test('watch starts it again when it dies, until stop', async () => {
  const said: string[] = [];
  server.watch((line) => said.push(line));
  process.kill(pid(), 'SIGKILL');
  await expect.poll(() => answer('SELECT value FROM kept').catch(() => null), { timeout: 30_000 }).toBe(42);
  expect(said).toContain('Postgres died; starting it again.');
});

test('stop ends it, the second time as well', async () => {
  const was = pid();
  await server.stop();
  // pg_ctl answers when the pid file is gone; the process ends a moment later.
  await expect.poll(() => alive(was), { timeout: 30_000 }).toBe(false);
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  await server.stop();
});

test('a password that is another than the cluster’s is said, with what to do, and no server is left running', async () => {
  await server.stop();
  const file = join(dataDir, 'secrets', 'postgres-password');
  const password = readFileSync(file, 'utf8');
  rmSync(file);
  await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/another password than .*postgres-password.* bring that file back/);
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  writeFileSync(file, password, { mode: 0o600 });
  server = await startEmbeddedPostgres(dataDir);
  expect(await answer('SELECT 1 AS value')).toBe(1);
  await server.stop();
});

test('a cluster that was half made is no cluster', async () => {
  const half = mkdtempSync(join(tmpdir(), 'factory-half-'));
  chmodSync(half, 0o711);
  mkdirSync(join(half, 'postgres.part'));
  writeFileSync(join(half, 'postgres.part', 'PG_VERSION'), '17\n');
  const whole = await startEmbeddedPostgres(half);
  await whole.stop();
  expect(existsSync(join(half, 'postgres.part'))).toBe(false);
  rmSync(half, { recursive: true, force: true });
});

test('a data folder of another major is left as it is, and the way out named', async () => {
  const file = join(dataDir, 'postgres', 'PG_VERSION');
  writeFileSync(file, '16\n');
  await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/is of Postgres 16, .* brings Postgres 17: .*backup FILE/);
  expect(readFileSync(file, 'utf8')).toBe('16\n');
});
