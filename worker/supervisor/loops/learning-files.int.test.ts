import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../e2e/factory.ts';
import { commitFiles, createBareRepository, git } from '../../../e2e/repository.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { newId } from '../../../server/db/ids.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { findLearnings } from '../../../server/services/learnings/find-learnings.ts';
import { noteLearning, type NotedLearning } from '../../../server/services/learnings/note-learning.ts';
import { saveRepository } from '../../../server/services/settings/repositories/save-repository.ts';
import { createWorkItem } from '../../../server/services/work/create-work-item.ts';
import { answerRepository } from '../requests/answer-repository.ts';
import { createProcessRuntime } from '../runtimes/process-runtime.ts';
import { runAdmission } from './admission.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { Wake } from './wake.ts';

let database: TestDatabase;
let queue: Queue;
let dataDir: string;
let deps: SupervisorDeps;
let person: Ctx;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  dataDir = mkdtempSync(join(tmpdir(), 'factory-files-'));
  const limits = { maxWorkers: 20, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.test', setupCommand: null, verifyCommand: null, agentCommand: null };
  const host = { PATH: process.env.PATH };
  const runtime = createProcessRuntime({
    dataDir,
    ralphPath: join(dataDir, 'ralph.mjs'),
    bundle: (path: string) => writeFile(path, ''),
    needsClaude: false,
    host,
  });
  const ctx: Ctx = { actor: { kind: 'supervisor', id: 's' }, db: database.db, now: () => new Date(), queue, config };
  person = { ...ctx, actor: { kind: 'cli', name: 'Ada' } };
  deps = {
    ...{ ctx, supervisorId: 's', agents: ['demo'], starting: new Set(), gatewayUpSince: new Date(), image: null, tell: () => undefined },
    engines: { main: { id: await runtime.engineId(), runtime, gatewayUrl: 'http://127.0.0.1:1' }, spare: null },
    mirrors: { dataDir, host, githubServerUrl: 'https://github.test', githubToken: null, localMode: true },
    log: pino({ level: 'silent' }),
  };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const note = async (repo: string, file: string, more: Partial<NotedLearning> = {}) => {
  const learning = { kind: 'gotcha', text: `Mind ${file}, it bites.`, repo, file, source: 'agent', author: null, now: new Date(), ...more } as const;
  const noted = await database.db.$transaction((tx) => noteLearning(tx, learning));
  return noted?.id ?? '';
};
const isGone = async (id: string) => (await database.db.learning.findUniqueOrThrow({ where: { id } })).fileGoneAt !== null;

/** A run of the repository begins, as the admission loop makes it begin. */
async function beginRun(repo: string, baseBranch?: string): Promise<void> {
  const { item } = await createWorkItem(person, { repo, spec: '- [ ] x', ...(baseBranch ? { baseBranch } : {}) });
  const stop = new AbortController();
  const admission = runAdmission(deps, { wake: new Wake(), signal: stop.signal });
  await until('the run to have its start', () => database.db.run.findFirst({ where: { workItemId: item.id, startCommit: { not: null } } }));
  stop.abort();
  await admission;
}

test('a learning loses its file with the base, and gets it back; another repository’s is untouched', async () => {
  const repo = createBareRepository({ 'src/a.ts': 'a', 'README.md': 'r' });
  const other = createBareRepository();
  const [kept, removed, elsewhere, odd] = [
    await note(repo, 'src'),
    await note(repo, './src/a.ts:3'),
    await note(other, 'src/a.ts'),
    await note(repo, '/etc/passwd'),
  ];
  await beginRun(repo);
  expect(await Promise.all([kept, removed, elsewhere, odd].map(isGone))).toEqual([false, false, false, false]);

  commitFiles(repo, { 'src/a.ts': null, 'src/b.ts': 'b' });
  await beginRun(repo);
  expect(await Promise.all([kept, removed, elsewhere, odd].map(isGone))).toEqual([false, true, false, false]);
  const { learnings } = await findLearnings(person, { q: 'it bites', repo });
  expect(learnings.at(-1)).toMatchObject({ id: removed, fileGone: true });

  commitFiles(repo, { 'src/a.ts': 'back' });
  await beginRun(repo);
  expect(await isGone(removed)).toBe(false);
});

test('a base that is not the repository’s own says nothing; the one that a person set does', async () => {
  const repo = createBareRepository({ 'new.ts': 'n', 'README.md': 'r' });
  git(repo, 'branch', 'older', 'main');
  commitFiles(repo, { 'new.ts': null }, 'older');
  const id = await note(repo, 'new.ts');
  await beginRun(repo, 'older');
  expect(await isGone(id)).toBe(false);
  await saveRepository(person, { name: repo, baseBranch: 'older' });
  await answerRepository(deps, { name: repo });
  expect(await isGone(id)).toBe(true);
  await beginRun(repo, 'main');
  expect(await isGone(id)).toBe(true);
});

test('a file that an open item’s run made is not gone before it was ever there', async () => {
  const repo = createBareRepository();
  const { item } = await createWorkItem(person, { repo, spec: '- [ ] x' });
  await database.db.workItem.update({ where: { id: item.id }, data: { state: 'in_review' } });
  const run = { runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 's', branch: 'b' };
  const runId = newId();
  await database.db.run.create({ data: { id: runId, workItemId: item.id, epoch: 1, state: 'ended', ...run } });
  const id = await note(repo, 'made.ts', { runId, commit: '1'.repeat(40) });
  await answerRepository(deps, { name: repo });
  expect(await isGone(id)).toBe(false);
  await database.db.workItem.update({ where: { id: item.id }, data: { state: 'closed' } });
  await answerRepository(deps, { name: repo });
  expect(await isGone(id)).toBe(true);
});
