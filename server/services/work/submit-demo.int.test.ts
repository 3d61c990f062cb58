import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { supervisorBeat } from '../runs/supervisor-beat.ts';
import { answerRequest, takeRequest } from '../settings/requests/answer-requests.ts';
import { publishConnections } from '../settings/publish-connections.ts';
import { saveRepository } from '../settings/repositories/save-repository.ts';
import { getFirstRun } from '../status/get-first-run.ts';
import { createWorkItem } from './create-work-item.ts';
import { prepareDemo, submitDemo } from './submit-demo.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'member' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});

test('what a first work item needs is seen as it comes; the demo is none of it, and is submitted once', async () => {
  const none = { supervisor: false, github: false, model: false, repository: false, work: false };
  expect(await getFirstRun(ctx)).toMatchObject({ has: none, canDemo: true, demo: null });
  await expect(prepareDemo(ctx)).rejects.toThrow(/No supervisor lives/);

  await supervisorBeat(supervisor, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
  const { id } = await prepareDemo(ctx);
  await expect(submitDemo(ctx, { id })).rejects.toMatchObject({ code: 'not_ready' });
  expect(await takeRequest(supervisor)).toEqual({ id, ask: { kind: 'prepare_demo' } });
  await answerRequest(supervisor, { id, answer: { repo: '/data/demo/repo.git' } });
  expect((await getFirstRun(ctx)).demo).toMatchObject({ state: 'answered' });
  const [first, again] = [await submitDemo(ctx, { id }), await submitDemo(ctx, { id })];
  expect(again).toEqual(first);
  expect(await database.db.workItem.findMany()).toMatchObject([{ source: 'demo', repo: '/data/demo/repo.git', verify: 'npm test', createdBy: 'Ada' }]);
  expect((await getFirstRun(ctx)).has).toEqual({ ...none, supervisor: true });

  const inForce = { github: { source: 'settings', form: 'token' }, model: null, loaded: { github: null, model: null }, problems: [] } as const;
  await publishConnections(supervisor, { publicKey: 'k', inForce: { ...inForce, problems: [] } });
  const admin: Ctx = { ...ctx, actor: { kind: 'cli', name: 't' } };
  await saveRepository(admin, { name: 'acme/shop', verify: 'make' });
  await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] x' });
  expect((await getFirstRun(ctx)).has).toEqual({ supervisor: true, github: true, model: false, repository: true, work: true });
});

test('a team’s factory has no demo by a button: folders are taken in local mode only', async () => {
  const team: Ctx = { ...ctx, config: { ...ctx.config, localMode: false } };
  expect((await getFirstRun(team)).canDemo).toBe(false);
  await expect(prepareDemo(team)).rejects.toThrow(/only in local mode/);
});
