import { execFileSync } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { type Factory, freePort, startFactory, until } from '../factory.ts';
import { branches, createBareRepository, git } from '../repository.ts';

const AGENT = join(import.meta.dirname, '../agents/one-task.mjs');
const checks = { 'check.sh': '#!/bin/sh\nfor f in one two; do test -f $f.txt || { echo "missing $f.txt"; exit 1; }; done\n' };

let factory: Factory;
beforeAll(async () => {
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}`, MAX_WORKERS: '2', DAILY_BUDGET: '500' } });
}, 300_000);
afterAll(() => factory.stop());

async function submit(body: Record<string, unknown>): Promise<WorkItemView> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify(body) });
  const item = (await answer.json()) as WorkItemView;
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(item)}`);
  return item;
}

async function read(id: string): Promise<WorkItemView> {
  return (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
}

function ended(id: string, timeoutMs = 120_000): Promise<WorkItemView> {
  return until(
    `item ${id} to end`,
    async () => {
      const item = await read(id);
      return ['queued', 'running'].includes(item.state) ? undefined : item;
    },
    timeoutMs,
  );
}

test("curl with the seed's own body plus a token ends as a verified, pushed branch", { timeout: 180_000 }, async () => {
  const repo = createBareRepository(checks);
  const body = JSON.stringify({
    source: 'api',
    sourceId: 'manual-1',
    sourceUrl: 'https://example.com',
    repo,
    spec: '# Task\n\n- [ ] Create one.txt\n- [ ] Create two.txt',
    priority: 'medium',
    verify: './check.sh',
  });
  const answer = execFileSync('curl', [
    ...['-sS', '-X', 'POST', `${factory.url}/api/work`, '-H', 'Content-Type: application/json', '-H', `Authorization: Bearer ${factory.token}`],
    ...['-d', body],
  ]);
  const created = JSON.parse(answer.toString()) as WorkItemView;
  const item = await ended(created.id);
  expect(item).toMatchObject({ state: 'completed', verified: true, tasks: { done: 2, total: 2 }, prUrl: null });
  expect(item.runs).toHaveLength(1);
  expect(item.runs[0]).toMatchObject({ state: 'ended', reason: 'verified', iterations: 2, isolated: false, verifyExit: 0 });
  expect(branches(repo)).toEqual([item.branch]);
  expect(git(repo, 'rev-parse', `refs/heads/${item.branch}`)).toBe(item.headCommit);
  expect(
    git(repo, 'ls-tree', '-r', '--name-only', item.headCommit ?? '')
      .split('\n')
      .sort(),
  ).toEqual(['check.sh', 'one.txt', 'two.txt']);

  const log = await (await factory.api(`/api/work/${item.id}/events?after=0`)).text();
  const seqs = log
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
});

test('one task, and fifty tasks with fifty commits', { timeout: 420_000 }, async () => {
  const repo = createBareRepository();
  const one = await submit({ repo, spec: '- [ ] Create single.txt', verify: 'test -f single.txt' });
  const tasks = Array.from({ length: 50 }, (_, index) => `- [ ] Create file-${index}.txt`);
  const many = await submit({ repo, spec: `# Many\n\n${tasks.join('\n')}`, verify: 'test "$(ls file-*.txt | wc -l)" = 50' });
  expect(await ended(one.id)).toMatchObject({ state: 'completed', verified: true });
  const done = await ended(many.id, 400_000);
  expect(done).toMatchObject({ state: 'completed', verified: true, tasks: { done: 50, total: 50 } });
  expect(git(repo, 'rev-list', '--count', `main..${done.branch}`)).toBe('50');
});

test('a fake test runner planted in node_modules is not believed', { timeout: 180_000 }, async () => {
  const repo = createBareRepository({ '.gitignore': 'node_modules\n', 'README.md': 'x\n' });
  const item = await submit({ repo, spec: '- [ ] Plant a fake runner', verify: 'node_modules/.bin/check', maxIterations: 3 });
  const done = await ended(item.id);
  expect(done.state).toBe('stuck');
  expect(done.verified).not.toBe(true);
  expect(done.runs[0]?.verifyExit).toBe(127);
  expect(branches(repo).length).toBeLessThanOrEqual(1);
});

test('an agent that calls /complete itself gets no verified result', { timeout: 180_000 }, async () => {
  const repo = createBareRepository(checks);
  const item = await submit({ repo, spec: '- [ ] Claim complete\n- [ ] Create one.txt', verify: './check.sh', maxIterations: 3 });
  const done = await ended(item.id);
  expect(done.state).toBe('stuck');
  expect(done.verified).not.toBe(true);
  const log = await (await factory.api(`/api/work/${item.id}/events?after=0`)).text();
  expect(log).toContain('/complete answered 4');
});

test('a repository that does not exist fails with git’s own words and no worker', { timeout: 120_000 }, async () => {
  const item = await submit({ repo: '/nowhere/at/all.git', spec: '- [ ] Create one.txt' });
  const done = await ended(item.id);
  expect(done.state).toBe('failed');
  expect(done.lastError).toMatch(/does not (exist|appear to be a git repository)/);
});

test('a repository whose server is away waits for it, fails nothing and holds up nobody', { timeout: 180_000 }, async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const waiting = await submit({ repo: `${nobody}/shop.git`, spec: '- [ ] Create one.txt', priority: 'critical' });
  const asked = await until('the first try', async () => {
    const item = await read(waiting.id);
    return item.runs.at(-1)?.state === 'ended' ? item : undefined;
  });
  expect(asked).toMatchObject({ state: 'queued', lastError: null });
  expect(asked.waitingReason).toMatch(/^The repository's server cannot be reached: .*connect/i);
  expect(asked.runs.map(({ reason }) => reason)).toEqual(['engine_error']);
  expect(Date.parse(asked.waitingUntil ?? '')).toBeGreaterThan(Date.parse(asked.runs[0]?.endedAt ?? ''));
  // Meanwhile others work.
  const other = await submit({ repo: createBareRepository(), spec: '- [ ] Create one.txt', verify: 'test -f one.txt', priority: 'low' });
  expect(await ended(other.id)).toMatchObject({ state: 'completed' });
  expect(await read(waiting.id)).toMatchObject({ state: 'queued' });
  await factory.api(`/api/work/${waiting.id}/cancel`, { method: 'POST' });
});

test('cancel of a running item ends its worker within 15 s', { timeout: 120_000 }, async () => {
  const repo = createBareRepository();
  const item = await submit({ repo, spec: '- [ ] Create a.txt after /nowhere/never' });
  const pid = await until('the agent to run', () => agentPid());
  const asked = Date.now();
  expect((await factory.api(`/api/work/${item.id}/cancel`, { method: 'POST' })).status).toBe(200);
  await until('the worker to end', () => !alive(pid), 15_000);
  expect(Date.now() - asked).toBeLessThan(15_000);
  expect(await ended(item.id)).toMatchObject({ state: 'cancelled' });
  const again = await factory.api(`/api/work/${item.id}/cancel`, { method: 'POST' });
  expect(again.status).toBe(409);
  expect(JSON.stringify(await again.json())).toContain('cancelled');
});

test('kill -9 of the supervisor in mid-run: the same worker goes on, once', { timeout: 180_000 }, async () => {
  const repo = createBareRepository();
  const gate = join(factory.dataDir, 'gate-supervisor');
  const item = await submit({ repo, spec: `- [ ] Create a.txt\n- [ ] Create b.txt after ${gate}\n- [ ] Create c.txt`, verify: 'test -f c.txt' });
  await until('the first box', async () => (await read(item.id)).tasks.done === 1);
  const before = await supervisorPid();
  process.kill(before, 'SIGKILL');
  writeFileSync(gate, '');
  const done = await ended(item.id);
  expect(done).toMatchObject({ state: 'completed', verified: true });
  expect(done.runs).toHaveLength(1);
  expect(branches(repo)).toEqual([done.branch]);
  expect(await supervisorPid()).not.toBe(before);
});

test('kill -9 of the worker: retried from the last accepted commit, checked boxes kept', { timeout: 240_000 }, async () => {
  const repo = createBareRepository();
  const gate = join(factory.dataDir, 'gate-worker');
  const item = await submit({ repo, spec: `- [ ] Create a.txt\n- [ ] Create b.txt after ${gate}`, verify: 'test -f b.txt' });
  await until('the first box', async () => (await read(item.id)).tasks.done === 1);
  const run = (await read(item.id)).runs[0];
  // Ralph, its agent and the shell that leads their session.
  process.kill(-(await workerPid(run?.id ?? '')), 'SIGKILL');
  writeFileSync(gate, '');
  const done = await ended(item.id, 200_000);
  expect(done).toMatchObject({ state: 'completed', verified: true, tasks: { done: 2, total: 2 } });
  expect(done.runs.map((each) => each.reason).sort()).toEqual(['verified', 'worker_exited']);
  expect(git(repo, 'rev-list', '--count', `main..${done.branch}`)).toBe('2');
});

/** Processes whose command line or environment names the text. */
/** The agent that works in this factory's folder. */
function agentPid(): number | undefined {
  const rows = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const pids = rows.filter((line) => line.includes('one-task.mjs') && !line.includes(' sh -c')).map((line) => Number(line.trim().split(/\s+/)[0]));
  return pids.find((pid) => workingFolder(pid).startsWith(factory.dataDir));
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // gone meanwhile
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function supervisorPid(): Promise<number> {
  return until('a living supervisor', async () => {
    const rows = await factory.sql<{ pid: number }>('SELECT pid FROM supervisor ORDER BY beat_at DESC LIMIT 1');
    const pid = rows[0]?.pid;
    return pid && alive(pid) ? pid : undefined;
  });
}

/** worker_ref of the process runtime begins with the pid. */
async function workerPid(runId: string): Promise<number> {
  const rows = await factory.sql<{ worker_ref: string }>('SELECT worker_ref FROM run WHERE id = $1', [runId]);
  return Number.parseInt(rows[0]?.worker_ref ?? '', 10);
}
