import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBareRepository } from '../../../e2e/repository.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { askLearningsFile, getAskedLearningsFile } from '../../../server/services/learnings/ask-learnings-file.ts';
import { importLearnings } from '../../../server/services/learnings/exchange-learnings.ts';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { answer } from './answer.ts';
import { answerNext } from './run-requests.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let dataDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-file-'));
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 't');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'member' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function read(repo: string, file = 'AGENTS.md') {
  const { id } = await askLearningsFile(ctx, { repo, file });
  const mirrors = { dataDir, host: { PATH: process.env.PATH }, githubServerUrl: 'https://github.test', githubToken: null, localMode: true };
  const deps = { ctx: supervisor, mirrors, host: {}, env: parseEnv({}), log };
  await answerNext({ ctx: supervisor, log, answer: (ask, signal) => answer(deps, ask, signal) }, new AbortController().signal);
  return getAskedLearningsFile(ctx, { id });
}

test('the list of a repository’s AGENTS.md is read for a person, who imports it', async () => {
  const repo = createBareRepository({ 'AGENTS.md': '# Agents\n\n- Be kind\n\n## Learnings\n\n- Gotcha: Tea is hot.\n- Milk goes in last.\n' });
  await expect(askLearningsFile(ctx, { repo, file: 'AGENTS.md' })).rejects.toThrow(/No supervisor lives/);
  await supervisorBeat(supervisor, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });

  const asked = await read(repo);
  expect(asked).toMatchObject({ state: 'answered', answer: { markdown: '- Gotcha: Tea is hot.\n- Approach: Milk goes in last.\n', count: 2 } });
  expect(await importLearnings(ctx, { repo, markdown: asked.answer?.markdown })).toEqual({ fresh: 2, known: 0, proposed: 0 });
  expect(await database.db.learning.findMany({ where: { repo }, orderBy: { text: 'asc' }, select: { text: true, source: true, author: true } })).toEqual([
    { text: 'Milk goes in last.', source: 'import', author: 'Ada' },
    { text: 'Tea is hot.', source: 'import', author: 'Ada' },
  ]);
  expect(await read(repo, 'CLAUDE.md')).toMatchObject({ state: 'failed', error: `There is no CLAUDE.md in ${repo} (branch main).` });
  const other = createBareRepository({ 'AGENTS.md': '- Gotcha: no heading\n' });
  expect(await read(other)).toMatchObject({ state: 'failed', error: expect.stringMatching(/no list beneath a heading/) as string });
});

test('who may only look has nothing read', async () => {
  const viewer: Ctx = { ...ctx, actor: { kind: 'person', id: 'vi', name: 'Vi', role: 'viewer' } };
  await expect(askLearningsFile(viewer, { repo: 'acme/shop', file: 'AGENTS.md' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(getAskedLearningsFile(viewer, { id: 'any' })).rejects.toMatchObject({ code: 'forbidden' });
});
