import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBareRepository, git } from '../../../e2e/repository.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { saveRepository } from '../../../server/services/settings/repositories/save-repository.ts';
import { answerRepository } from './answer-repository.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let dataDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-look-'));
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  ctx = { db: database.db, queue, now: () => new Date(), config: serviceConfig(parseEnv({}), 't'), actor: { kind: 'cli', name: 't' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('the commands are found in the files of the base branch, as they are now', async () => {
  const mirrors = { dataDir, host: { PATH: process.env.PATH }, githubServerUrl: 'https://github.test', githubToken: null, localMode: true };
  const deps = { ctx: { ...ctx, actor: { kind: 'supervisor', id: 's' } } as Ctx, mirrors, log: pino({ level: 'silent' }) };
  const name = createBareRepository({ 'package.json': '{"scripts":{"test":"node --test"}}', 'package-lock.json': '{}' });
  expect(await answerRepository(deps, { name })).toMatchObject({ setup: 'npm ci', verify: 'npm test', baseBranch: 'main' });

  git(name, 'branch', 'older', 'main');
  await saveRepository(ctx, { name, baseBranch: 'older' });
  expect(await answerRepository(deps, { name })).toMatchObject({ baseBranch: 'older' });
  await saveRepository(ctx, { name, baseBranch: 'nowhere' });
  await expect(answerRepository(deps, { name })).rejects.toThrow(/^git: /);
});
