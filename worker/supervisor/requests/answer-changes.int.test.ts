import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitFiles, createBareRepository, git } from '../../../e2e/repository.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import type { Changes } from '../../../server/contracts/changes.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import { getChanges } from '../../../server/services/changes/get-changes.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { Wake } from '../loops/wake.ts';
import { mirrorPath } from '../mirrors.ts';
import { answer } from './answer.ts';
import { runRequests } from './run-requests.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const TOKEN = `ghp_${'a1'.repeat(18)}`;
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let dataDir: string;
let bare: string;
let mirror: string;
let cut: string;
const stop = new AbortController();
let loop: Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-changes-'));
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 't');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'vi', name: 'Vi', role: 'viewer' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
  await supervisorBeat(supervisor, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
  const mirrors = { dataDir, host: { PATH: process.env.PATH }, githubServerUrl: 'https://github.test', githubToken: null, localMode: true };
  const deps = { ctx: supervisor, mirrors, host: {}, env: parseEnv({}), log };
  const questions = {
    ctx: supervisor,
    log,
    lane: 'changes' as const,
    answer: (ask: Parameters<typeof answer>[1], signal: AbortSignal) => answer(deps, ask, signal),
  };
  loop = runRequests(questions, { wake: new Wake(), signal: stop.signal });

  const long = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
  bare = createBareRepository({ 'src/a.ts': 'one\ntwo\n', 'gone.txt': 'bye\n', 'old name.md': `${long}\n`, link: 'text\n' });
  cut = git(bare, 'rev-parse', 'main');
  mirror = mirrorPath({ dataDir }, bare);
  mkdirSync(join(dataDir, 'mirrors'), { recursive: true });
});
afterAll(async () => {
  stop.abort();
  await loop;
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Commits on main, brings it all to the mirror as a run's push does. */
function push(files: Record<string, string | null>): string {
  commitFiles(bare, files);
  rmSync(mirror, { recursive: true, force: true });
  git(dataDir, 'clone', '-q', '--mirror', bare, mirror);
  return git(bare, 'rev-parse', 'main');
}

async function itemWith(runs: { start: string | null; head: string | null; owner?: string }[]): Promise<{ id: string; runs: string[] }> {
  const { item } = await createWorkItem(supervisor, { repo: bare, spec: `- [ ] ${String(Math.random())}` });
  await database.db.workItem.update({ where: { id: item.id }, data: { baseCommit: cut, headCommit: runs.at(-1)?.head ?? null } });
  const ids = runs.map((_, n) => `${item.id}-${n}`);
  for (const [n, { start, head, owner = 'here' }] of runs.entries()) {
    const where = { runtime: 'process', agent: 'claude', isolated: false, engineId: 'e', owner, branch: 'main', state: 'ended' };
    const at = new Date(Date.now() + n * 1_000);
    await database.db.run.create({
      data: { id: ids[n] ?? '', workItemId: item.id, epoch: n + 1, ...where, startCommit: start, headCommit: head, createdAt: at },
    });
  }
  return { id: item.id, runs: ids };
}
const fileOf = (changes: Changes | null, path: string) => changes?.files.find((each) => each.path === path);

test('a work item’s changes are those of its whole branch, a run’s are its own; a viewer may look', async () => {
  const first = push({ 'src/a.ts': 'one\n2\nthree\n', 'gone.txt': null, 'new.ts': `const token = '${TOKEN}';\n` });
  const second = push({ 'src/a.ts': 'one\n2\nthree\nfour\n' });
  const { id, runs } = await itemWith([
    { start: cut, head: first },
    { start: first, head: second },
  ]);
  const whole = await getChanges(ctx, { id });
  expect(whole).toMatchObject({ from: cut, to: second, unlisted: 0, additions: 4, deletions: 2 });
  expect(whole?.files.map(({ path, status, additions, deletions }) => ({ path, status, additions, deletions }))).toEqual([
    { path: 'gone.txt', status: 'deleted', additions: 0, deletions: 1 },
    { path: 'new.ts', status: 'added', additions: 1, deletions: 0 },
    { path: 'src/a.ts', status: 'modified', additions: 3, deletions: 1 },
  ]);
  expect(fileOf(whole, 'src/a.ts')?.patch).toContain('@@ -1,2 +1,4 @@\n one\n-two\n+2\n+three\n+four\n');
  expect(fileOf(whole, 'new.ts')?.patch).toContain('[redacted]');
  expect(JSON.stringify(whole)).not.toContain(TOKEN);
  expect((await getChanges(ctx, { id, runId: runs[1] }))?.files).toMatchObject([{ path: 'src/a.ts', additions: 1, deletions: 0 }]);
  // Nothing of it stays in Postgres.
  expect(await database.db.supervisorRequest.count()).toBe(0);
});

test('renames, binaries, links and what is too long are listed with why they are not shown', async () => {
  const text = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
  const wide = `${'x'.repeat(3 * 1024 * 1024)}\n`;
  const head = push({
    'old name.md': null,
    'new name.md': `${text}\nmore\n`,
    'a.bin': 'a\0b',
    'lock.json': '{}\n'.repeat(5_000),
    'b.min.js': wide,
    'z.ts': 'z\n',
  });
  const { id } = await itemWith([{ start: cut, head }]);
  const changes = await getChanges(ctx, { id });
  expect(fileOf(changes, 'new name.md')).toMatchObject({ from: 'old name.md', status: 'renamed', additions: 1, deletions: 0, withheld: null });
  expect(fileOf(changes, 'a.bin')).toMatchObject({ additions: null, patch: null, withheld: 'binary' });
  expect(fileOf(changes, 'lock.json')).toMatchObject({ additions: 5_000, patch: null, withheld: 'large' });
  expect(fileOf(changes, 'b.min.js')).toMatchObject({ additions: 1, patch: null, withheld: 'large' });
  expect(fileOf(changes, 'z.ts')?.patch).toContain('+z');
});

test('before the first commit there are none, and a run that added nothing changed nothing', async () => {
  expect(await getChanges(ctx, { id: (await itemWith([])).id })).toBeNull();
  const { id, runs } = await itemWith([{ start: cut, head: cut }]);
  expect(await getChanges(ctx, { id, runId: runs[0] })).toEqual({ from: cut, to: cut, files: [], unlisted: 0, additions: 0, deletions: 0 });
});

test('where the commits are not to be had, it says who has them', async () => {
  const head = push({ 'more.ts': 'x\n' });
  const missing = await itemWith([{ start: cut, head: 'f'.repeat(40) }]);
  await expect(getChanges(ctx, { id: missing.id })).rejects.toThrow('The mirror no longer holds these commits.');
  const elsewhere = await itemWith([{ start: cut, head, owner: 'gone' }]);
  await expect(getChanges(ctx, { id: elsewhere.id })).rejects.toThrow(/with a supervisor that is gone, which does not answer now/);
  await expect(getChanges(ctx, { id: elsewhere.id, runId: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(getChanges(ctx, { id: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  const worker: Ctx = { ...ctx, actor: { kind: 'run', runId: 'r', epoch: 1, role: 'worker' } };
  await expect(getChanges(worker, { id: elsewhere.id })).rejects.toMatchObject({ code: 'forbidden' });
});
