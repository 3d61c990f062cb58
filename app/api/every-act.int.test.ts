import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { ensureKeyPair } from '../../server/adapters/sealed-box.ts';
import { appRouter } from '../../server/api/router.ts';
import type { ApiContext } from '../../server/api/trpc.ts';
import { AUDIT_ACTIONS, type AuditAction } from '../../server/contracts/audit-actions.ts';
import { newId } from '../../server/db/ids.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import type { Ctx } from '../../server/services/context.ts';
import { cancelWorkItem } from '../../server/services/work/cancel-work-item.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';

// Every mutation, done once with success, leaves its row in the audit log. One that is new fails here until somebody has written down
// which; what only asks a question leaves none, and says so.

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'factory-acts-'));
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 't');
  const actor = { kind: 'person', id: 'ada', name: 'ada', role: 'admin' } as const;
  ctx = { db: database.db, queue, now: () => new Date(), config, actor, fromWhere: '203.0.113.9' };
  const { publicKey } = await ensureKeyPair(folder);
  const beats = { host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), beatAt: new Date(), publicKey };
  const inForce = { github: { form: 'token', source: 'environment' }, model: null, loaded: { github: null, model: null }, problems: [] };
  await database.db.supervisor.create({ data: { ...beats, id: 'here', credentials: inForce } });
  await database.db.user.create({ data: { id: 'ada', name: 'ada', githubId: '1', role: 'admin' } });
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

type Input = () => Promise<unknown>;
type Expected = AuditAction | 'a question, which changes nothing';
const QUESTION = 'a question, which changes nothing';

const item = async (set: object = {}): Promise<string> => {
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] tea' })).item;
  await database.db.workItem.update({ where: { id }, data: set });
  return id;
};
/** A living worker of an item. */
const worker = async (): Promise<string> => {
  const id = await item({ state: 'running', epoch: 1 });
  const made = { runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'here', branch: 'b' };
  await database.db.run.create({ data: { ...made, id, workItemId: id, epoch: 1, state: 'running' } });
  return id;
};
const learning = async (): Promise<string> => {
  const id = newId();
  await database.db.learning.create({ data: { id, kind: 'gotcha', text: `Tea ${id} is hot`, dedupeKey: id, repo: 'acme/shop' } });
  return id;
};
const member = async (set: object = {}): Promise<string> => {
  const id = newId();
  await database.db.user.create({ data: { id, name: id, githubId: id, role: 'member', ...set } });
  return id;
};

/** In this order, for some undo what the one before did. */
const MUTATIONS: Record<string, [Expected, Input]> = {
  'members.setRole': ['member.role', async () => ({ id: await member(), role: 'viewer' })],
  'members.remove': ['member.removed', async () => ({ id: await member() })],
  'members.restore': ['member.restored', async () => ({ id: await member({ removedAt: new Date() }) })],
  'tokens.create': ['token.created', async () => ({ name: 'ci', scope: 'read' })],
  'tokens.revoke': ['token.revoked', async () => ({ name: 'ci' })],
  'work.create': ['create', async () => ({ repo: 'acme/shop', spec: '- [ ] milk' })],
  'work.askIssue': [QUESTION, async () => ({ issue: 'acme/shop#1' })],
  'work.cancel': ['state', async () => ({ id: await item() })],
  'work.undoCancel': [
    'state',
    async () => {
      const { id, endedAt } = await cancelWorkItem(ctx, { id: await item() });
      return { id, cancelledAt: endedAt };
    },
  ],
  'work.retry': ['state', async () => ({ id: await item({ state: 'stuck' }), fresh: false })],
  'work.pause': ['pause', async () => ({ id: await worker() })],
  'work.resume': ['state', async () => ({ id: await item({ state: 'paused' }) })],
  'work.change': ['change.priority', async () => ({ id: await item(), change: { priority: 'high' } })],
  'work.message': ['message', async () => ({ id: await worker(), message: { text: 'Mind the tea.' } })],
  'work.draftPullRequest': [
    'draft',
    async () => {
      const id = await worker();
      await database.db.run.update({ where: { id }, data: { state: 'ended' } });
      await database.db.workItem.update({ where: { id }, data: { state: 'stuck', branch: 'b', baseCommit: 'a'.repeat(40), headCommit: 'c'.repeat(40) } });
      return { id };
    },
  ],
  killWorker: ['state', async () => ({ id: await worker() })],
  'settings.setLimit': ['limit.maxWorkers', async () => ({ name: 'maxWorkers', value: 3 })],
  'settings.pause': ['factory.paused', async () => ({ reason: 'moving house' })],
  'settings.resume': ['factory.resumed', async () => undefined],
  'health.check': ['health.fix', async () => ({ supervisorId: 'here', fix: true })],
  'connections.set': ['credential.set', async () => ({ kind: 'github', secret: 'ghp_0123456789012345678901234567890123' })],
  'connections.clear': ['credential.cleared', async () => ({ kind: 'github' })],
  'connections.test': [QUESTION, async () => ({ kind: 'github', supervisorId: 'here' })],
  'repositories.save': ['repository.changed', async () => ({ name: 'acme/shop', verify: 'npm test' })],
  'repositories.allowHost': ['repository.egress', async () => ({ name: 'acme/shop', host: 'a.test' })],
  'repositories.look': [QUESTION, async () => ({ name: 'acme/shop' })],
  'repositories.remove': ['repository.removed', async () => ({ name: 'acme/shop' })],
  'firstRun.prepareDemo': [QUESTION, async () => undefined],
  'firstRun.submitDemo': [
    'create',
    async () => {
      const done = { kind: 'prepare_demo', payload: {}, state: 'done', answer: { repo: '/srv/demo.git' }, askedBy: 'ada', answeredAt: new Date() };
      await database.db.supervisorRequest.create({ data: { ...done, id: 'demo', supervisorId: 'here' } });
      return { id: 'demo' };
    },
  ],
  'learnings.write': ['learning.written', async () => ({ kind: 'gotcha', text: 'Milk is cold', repo: null })],
  'learnings.change': ['learning.changed', async () => ({ ids: [await learning()], state: 'disabled' })],
  'learnings.edit': ['learning.edited', async () => ({ id: await learning(), kind: 'gotcha', text: 'Tea is very hot' })],
  'learnings.merge': ['learning.merged', async () => ({ into: await learning(), ids: [await learning()] })],
  'learnings.delete': ['learning.deleted', async () => ({ ids: [await learning()] })],
  'learnings.import': ['learning.imported', async () => ({ markdown: '- Gotcha: Juice is sweet', repo: null })],
  'learnings.askFile': [QUESTION, async () => ({ repo: 'acme/shop', file: 'AGENTS.md' })],
  'learnings.propose': ['learning.propose', async () => ({ repo: 'acme/shop', file: 'AGENTS.md' })],
};

/** Every mutation of the router. */
function mutations(node: Record<string, unknown> = appRouter._def.procedures, prefix = ''): string[] {
  return Object.entries(node).flatMap(([name, each]) => {
    const type = (each as { _def?: { type?: string } })._def?.type;
    if (type) return type === 'mutation' ? [`${prefix}${name}`] : [];
    return mutations(each as Record<string, unknown>, `${prefix}${name}.`);
  });
}

function act(path: string, input: unknown): Promise<unknown> {
  const { actor, ...base } = ctx;
  const nobody = { feed: null as never, reauthenticate: () => Promise.resolve(actor), stopped: new AbortController().signal };
  const context: ApiContext = { base, actor, ...nobody };
  const found = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], appRouter.createCaller(context));
  return (found as (input: unknown) => Promise<unknown>)(input);
}

/** What was written of an act, since the row of that id. */
async function rowsAfter(id: number): Promise<{ action: string; actor: string; fromWhere: string | null }[]> {
  return database.db.audit.findMany({ where: { id: { gt: id } }, orderBy: { id: 'asc' }, select: { action: true, actor: true, fromWhere: true } });
}
const lastRow = async () => (await database.db.audit.aggregate({ _max: { id: true } }))._max.id ?? 0;

test('every mutation is written down here', () => {
  expect(Object.keys(MUTATIONS).sort()).toEqual(mutations().sort());
});

describe('done with success, it leaves its row of the audit log', () => {
  for (const [path, [expected, makeInput]] of Object.entries(MUTATIONS))
    test(`${path}: ${expected}`, async () => {
      const input = await makeInput();
      const before = await lastRow();
      await act(path, input);
      const rows = await rowsAfter(before);
      if (expected === QUESTION) return expect(rows).toEqual([]);
      expect(rows).toContainEqual({ action: expected, actor: 'ada', fromWhere: '203.0.113.9' });
      expect(rows.filter(({ action }) => !(AUDIT_ACTIONS as readonly string[]).includes(action))).toEqual([]);
    });
});

describe('what did not happen leaves none', () => {
  const silent = async () => database.db.supervisor.update({ where: { id: 'here' }, data: { beatAt: new Date(0) } });
  const refused: [what: string, path: string, input: object][] = [
    ['changes learnings that are not there', 'learnings.change', { ids: ['none'], state: 'disabled' }],
    ['deletes learnings that are not there', 'learnings.delete', { ids: ['none'] }],
    ['has a machine fixed whose supervisor is silent', 'health.check', { supervisorId: 'here', fix: true }],
    ['proposes learnings while no supervisor lives', 'learnings.propose', { repo: 'acme/shop', file: 'AGENTS.md' }],
  ];
  for (const [what, path, input] of refused)
    test(`who ${what}`, async () => {
      await silent();
      const before = await lastRow();
      await expect(act(path, input)).rejects.toThrow();
      expect(await rowsAfter(before)).toEqual([]);
    });

  test('who resets a limit that the environment sets already', async () => {
    const before = await lastRow();
    await act('settings.setLimit', { name: 'cooldownSeconds' });
    expect(await rowsAfter(before)).toEqual([]);
  });
});
