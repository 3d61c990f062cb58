import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { statusSchema } from '../../contracts/rest.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { getStatus } from './get-status.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW.getTime() - days * DAY_MS);

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  ctx = { db: database.db, queue, now: () => NOW, config: serviceConfig(parseEnv({}), 'test'), actor: { kind: 'cli', name: 'Ada' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
  await database.db.audit.deleteMany();
});

const base = {
  source: 's',
  repo: 'a/b',
  repoKind: 'github',
  cloneUrl: 'x',
  spec: 'x',
  originalSpec: 'x',
  tasksTotal: 1,
  createdBy: 'x',
  maxIterations: 1,
  maxUsd: 1,
};
const item = (id: string, state: string, more: object = {}) => database.db.workItem.create({ data: { ...base, id, sourceId: id, title: id, state, ...more } });

test('counts all that needs a person, also what the list has no room for', async () => {
  await database.db.workItem.createMany({
    data: Array.from({ length: 62 }, (_, n) => ({ ...base, id: `i${n}`, sourceId: `i${n}`, title: `t${n}`, state: n % 2 ? 'stuck' : 'failed' })),
  });
  await item('done', 'merged');
  const status = statusSchema.parse(await getStatus(ctx));
  expect([status.needsYou.length, status.needsYouTotal]).toEqual([50, 62]);
});

test('has the pull requests that were opened, merged or closed in the last 7 days, with the time of that', async () => {
  const moves: [id: string, to: string, days: number][] = [
    ['opened', 'in_review', 2],
    ['merged', 'in_review', 9],
    ['merged', 'merged', 1],
    ['closed', 'in_review', 4],
    ['closed', 'closed', 3],
    ['old', 'in_review', 8],
  ];
  // What was touched last says nothing of when its pull request came.
  for (const id of ['old', 'opened', 'merged', 'closed']) {
    const state = id === 'merged' || id === 'closed' ? id : 'in_review';
    await item(id, state, { prUrl: `https://github.test/${id}`, prNumber: 1, updatedAt: NOW });
  }
  await item('branch only', 'in_review');
  await database.db.audit.create({ data: { actor: 'x', action: 'state', workItemId: 'branch only', to: 'in_review', at: ago(1) } });
  for (const [workItemId, to, days] of moves) await database.db.audit.create({ data: { actor: 'x', action: 'state', workItemId, to, at: ago(days) } });
  const { recentPullRequests } = await getStatus(ctx);
  expect(recentPullRequests.map(({ id, event, at }) => [id, event, at])).toEqual([
    ['merged', 'merged', ago(1).toISOString()],
    ['opened', 'opened', ago(2).toISOString()],
    ['closed', 'closed', ago(3).toISOString()],
  ]);
});
