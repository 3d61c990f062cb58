import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../env.ts';
import type { Ctx } from '../services/context.ts';
import { claimRun } from '../services/runs/claim-run.ts';
import { healQueuedItem, readReconcileFacts } from '../services/runs/read-reconcile-facts.ts';
import { createWorkItem } from '../services/work/create-work-item.ts';
import { backUp } from './backup.ts';
import { restore } from './restore.ts';
import { readTables } from './tables.ts';

let origin: TestDatabase;
let target: TestDatabase;
let dir: string;
let file: string;
let queuedId: string;
const queues: Queue[] = [];

function ctxOf(database: TestDatabase): Ctx {
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  queues.push(queue);
  const config = serviceConfig(parseEnv({ COOLDOWN_SECONDS: '0' }), 'test');
  return { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'supervisor', id: 'here' } };
}

beforeAll(async () => {
  [origin, target] = [await createTestDatabase(), await createTestDatabase()];
  dir = mkdtempSync(join(tmpdir(), 'factory-backup-'));
  file = join(dir, 'factory.backup');
  const ctx = ctxOf(origin);
  const spec = '- [ ] a “quote”, a \\ and a \u2028 line, \t a tab, 🫖\n- [ ] two';
  await createWorkItem(ctx, { repo: 'acme/shop', spec, maxUsd: 0.1 + 0.2, priority: 'critical' });
  const claimed = await claimRun(ctx, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  queuedId = (await createWorkItem(ctx, { repo: 'acme/shop', spec, blockedBy: [] })).item.id;
  await createWorkItem(ctx, { repo: 'acme/shop', spec, blockedBy: [queuedId] });
  const { db } = origin;
  await db.modelCall.createMany({ data: Array.from({ length: 1_300 }, (_, n) => ({ id: `c${n}`, runId: claimed.run.id, model: 'm', reservedUsd: n / 7 })) });
  await db.repositorySettings.create({ data: { name: 'acme/shop', cloneUrl: 'x', egressAllow: ['a.test', '{"odd,"}'], testEnv: { A: 'b"\n' } } });
  await db.user.create({ data: { id: 'ada', name: 'Ada' } });
  const later = new Date(Date.now() + 86_400_000);
  await db.session.create({ data: { hash: 'a session', userId: 'ada', expiresAt: later } });
  await db.loginLink.create({ data: { hash: 'a link', expiresAt: later } });
  await db.apiToken.create({ data: { id: 't', name: 'ci', hash: 'a token', makerId: 'ada' } });
  await backUp({ url: origin.url, file, version: 'test' });
});
afterAll(async () => {
  for (const queue of queues) await queue.stop();
  await origin.drop();
  await target.drop();
  rmSync(dir, { recursive: true, force: true });
});

async function connect<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** All that a database holds, but for what the restore itself writes down. */
function contents(url: string): Promise<Record<string, string[]>> {
  return connect(url, async (client) => {
    const all: Record<string, string[]> = {};
    for (const { name } of await readTables(client)) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
      all[name] = rows.map(({ row }) => row).filter((row) => name !== 'audit' || !row.includes('restored from the backup'));
    }
    return all;
  });
}
const empty = (url: string) => connect(url, (client) => client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS pgboss CASCADE'));

test('a database that was wiped comes back row by row, and its queue heals', async () => {
  await empty(target.url);
  const { rows } = await restore({ url: target.url, file, force: false });
  const before = await contents(origin.url);
  // Who signed out or was removed since the backup was made does not come back signed in.
  expect([before.session?.length, before.login_link?.length]).toEqual([1, 1]);
  const signedOut = { ...before, session: [], login_link: [] };
  expect(await contents(target.url)).toEqual(signedOut);
  expect(Object.keys(before).length).toBeGreaterThan(15);
  expect(rows).toBe(Object.values(before).flat().length);

  const ctx = ctxOf(target);
  expect((await readReconcileFacts(ctx, { engineIds: ['e'], workerRunIds: [] })).itemsWithoutJob).toEqual([queuedId]);
  await healQueuedItem(ctx, { id: queuedId });
  expect(await claimRun(ctx, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false })).toMatchObject({
    kind: 'claimed',
    run: { workItemId: queuedId },
  });
  const ids = (await target.db.audit.findMany({ select: { id: true } })).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('what is there already is replaced only with --force, and never while a supervisor beats', async () => {
  await expect(restore({ url: target.url, file, force: false })).rejects.toThrow(/holds 3 work items and 1 people: --force/);
  await target.db.workItem.updateMany({ data: { title: 'spoilt' } });
  const beat = { id: 's', host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), beatAt: new Date() };
  await target.db.supervisor.create({ data: beat });
  await expect(restore({ url: target.url, file, force: true })).rejects.toThrow(/A supervisor runs on this database \(on box\)/);
  await target.db.supervisor.update({ where: { id: 's' }, data: { beatAt: new Date(Date.now() - 60_000) } });
  await restore({ url: target.url, file, force: true });
  expect(await contents(target.url)).toEqual({ ...(await contents(origin.url)), session: [], login_link: [] });
});

test('a file that is cut off, changed or of another kind leaves everything as it was', async () => {
  const before = await contents(target.url);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  const broken = join(dir, 'broken');
  const cases: [Buffer, RegExp][] = [
    [readFileSync(file).subarray(0, 2_000), /cannot be read to its end/],
    [gzipSync(lines.slice(0, -2).join('\n') + '\n'), /cut off/],
    [gzipSync(lines.toSpliced(-3, 1).join('\n')), /rows instead of/],
    [gzipSync('{"format":"another"}\n'), /no backup of the factory/],
    [Buffer.from('plain words'), /cannot be read to its end/],
    [gzipSync(lines.join('\n').replace(/"checksum":"\w/, '"checksum":"-')), /made by another version \(test\)/],
  ];
  for (const [bytes, words] of cases) {
    writeFileSync(broken, bytes);
    await expect(restore({ url: target.url, file: broken, force: true })).rejects.toThrow(words);
  }
  expect(await contents(target.url)).toEqual(before);
});

test('a backup can be read by its owner only, and a failed one leaves no file', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(backUp({ url: origin.url, file: join(dir, 'none', 'x'), version: 't' })).rejects.toThrow(/ENOENT/);
});

test('a backup of an older version is restored as it was and brought up to date', async () => {
  const first = await connect(origin.url, (client) =>
    client.query<{ name: string; checksum: string }>('SELECT migration_name AS name, checksum FROM _prisma_migrations ORDER BY 1 LIMIT 1'),
  );
  const header = { format: 'ai-software-factory backup', v: 1, at: new Date().toISOString(), version: 'old', migrations: first.rows };
  const lines = [header, { table: 'user', columns: ['id', 'name', 'created_at'] }, ['eve', 'Eve', '2026-01-01 00:00:00+00'], { rows: 1 }];
  writeFileSync(join(dir, 'old'), gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  await restore({ url: target.url, file: join(dir, 'old'), force: true });
  expect(await target.db.user.findMany({ select: { id: true } })).toEqual([{ id: 'eve' }]);
  expect(await target.db.repositorySettings.count()).toBe(0);
});

test('a database that is somebody else’s loses nothing, with --force neither; a stranger’s table beside the factory’s own is left alone', async () => {
  const others = await createTestDatabase();
  const tables = () => connect(others.url, async (client) => (await client.query<{ n: string }>('SELECT count(*) AS n FROM spatial_ref_sys')).rows[0]?.n);
  try {
    await connect(others.url, (client) => client.query('CREATE TABLE spatial_ref_sys AS SELECT generate_series(1, 7) AS id'));
    const beside = join(dir, 'beside.backup');
    await backUp({ url: others.url, file: beside, version: 'test' });
    expect(gunzipSync(readFileSync(beside)).toString()).not.toContain('spatial_ref_sys');
    await restore({ url: others.url, file, force: true });
    expect(await tables()).toBe('7');
    await connect(others.url, (client) => client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS pgboss CASCADE'));
    await connect(others.url, (client) => client.query('CREATE TABLE spatial_ref_sys AS SELECT generate_series(1, 7) AS id'));
    for (const force of [false, true])
      await expect(restore({ url: others.url, file, force })).rejects.toThrow(/tables that are not the factory’s \(spatial_ref_sys\)/);
    expect(await tables()).toBe('7');
  } finally {
    await others.drop();
  }
});
