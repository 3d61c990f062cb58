import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { createdWorkSchema, queueSchema, restErrorSchema, statusSchema, workersSchema, workItemSchema } from '../../server/contracts/rest.ts';
import { storedEventSchema } from '../../server/contracts/run-events.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { createApiToken, revokeApiToken } from '../../server/services/access/api-tokens.ts';
import { appendEvents, factoryEvent } from '../../server/services/events/append-events.ts';
import { claimRun } from '../../server/services/runs/claim-run.ts';
import type { Ctx } from '../../server/services/context.ts';
import * as draft from './work/[id]/draft-pull-request/route.ts';
import * as cancel from './work/[id]/cancel/route.ts';
import * as events from './work/[id]/events/route.ts';
import * as retry from './work/[id]/retry/route.ts';
import * as item from './work/[id]/route.ts';
import * as kill from './workers/[id]/kill/route.ts';
import * as queueRoute from './queue/route.ts';
import * as statusRoute from './status/route.ts';
import * as work from './work/route.ts';
import * as workers from './workers/route.ts';
import { type Route, route } from './rest.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let token: string;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const base = { db: database.db, queue, now: () => new Date(), config: serviceConfig(parseEnv({ MAX_WORKERS: '9', COOLDOWN_SECONDS: '0' }), 'test') };
  (globalThis as { factoryServices?: unknown }).factoryServices = { ...base, databaseUrl: database.url };
  ctx = { ...base, actor: { kind: 'cli', name: 'test' } };
  ({ token } = await createApiToken(ctx, { name: 'rest' }));
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
});

const GOOD = { repo: 'acme/shop', spec: '# Tea\n\n- [ ] Offer green tea\n- [ ] Offer black tea' };

function call(
  route: Route,
  options: { body?: unknown; raw?: string; params?: Record<string, string>; as?: string | null; path?: string } = {},
): Promise<Response> {
  const { body, raw, params = {}, as = token, path = '/api/x' } = options;
  const headers = new Headers({ 'content-type': 'application/json', ...(as === null ? {} : { authorization: `Bearer ${as}` }) });
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const request = new Request(`http://localhost${path}`, {
    method: text === undefined ? 'GET' : 'POST',
    headers,
    ...(text === undefined ? {} : { body: text }),
  });
  // As Next calls it: a path without a variable part has no params at all.
  return route(request, { params: Promise.resolve(Object.keys(params).length > 0 ? params : undefined) });
}

async function ok<S extends z.ZodType>(schema: S, answer: Response, status = 200): Promise<z.output<S>> {
  const json: unknown = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(status);
  return schema.parse(json);
}

async function refusal(answer: Response, status: number): Promise<z.output<typeof restErrorSchema>['error']> {
  const json: unknown = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(status);
  return restErrorSchema.parse(json).error;
}

const create = async (body: object = GOOD) => ok(createdWorkSchema, await call(work.POST, { body }), 201);

/** Takes the next item as a supervisor would. */
async function claim(): Promise<string> {
  const actor = { kind: 'supervisor', id: 'here' } as const;
  const claimed = await claimRun({ ...ctx, actor }, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
  if (claimed.kind !== 'claimed') throw new Error(JSON.stringify(claimed));
  return claimed.run.id;
}

describe('POST /api/work', () => {
  test('takes repo and spec alone and fills in the rest', async () => {
    const created = await create();
    expect(created).toMatchObject({
      state: 'queued',
      priority: 'medium',
      title: 'Tea',
      repo: 'acme/shop',
      tasks: { done: 0, total: 2 },
      maxIterations: 30,
      maxUsd: 10,
    });
    const many = await create({ ...GOOD, spec: Array.from({ length: 40 }, (_, n) => `- [ ] task ${n}`).join('\n') });
    expect(many).toMatchObject({ title: 'task 0', maxIterations: 80 });
    expect(await ok(workItemSchema, await call(item.GET, { params: { id: created.id } }))).toMatchObject({ id: created.id });
  });

  test('the same source and sourceId is the same item, said to differ where the spec does', async () => {
    const named = { ...GOOD, source: 'api', sourceId: 'manual-1', sourceUrl: 'https://example.com' };
    const first = await create(named);
    const again = await ok(createdWorkSchema, await call(work.POST, { body: named }));
    expect(again).toMatchObject({ id: first.id });
    expect(again.specDiffers).toBeUndefined();
    const other = await ok(createdWorkSchema, await call(work.POST, { body: { ...named, spec: '- [ ] another' } }));
    expect(other).toMatchObject({ id: first.id, specDiffers: true, spec: named.spec });
  });

  test('many equal submissions at once make one item', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(work.POST, { body: { ...GOOD, sourceId: 'race' } })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(await database.db.workItem.count()).toBe(1);
  });

  test.each([
    ['no repo', { spec: GOOD.spec }, 'repo', /repo: it is missing/],
    ['no spec', { repo: 'acme/shop' }, 'spec', /spec: it is missing/],
    ['a repo of another type', { ...GOOD, repo: 7 }, 'repo', /repo: it must be text/],
    ['an unknown priority', { ...GOOD, priority: 'urgent' }, 'priority', /priority: .*critical.*high.*medium.*low/],
    ['no task', { ...GOOD, spec: '# Tea\n\njust words' }, 'spec', /it has no task/],
    ['a task in a code block only', { ...GOOD, spec: '```\n- [ ] fenced\n```' }, 'spec', /it has no task/],
    ['a NUL byte', { ...GOOD, title: 'a\0b' }, 'title', /NUL/],
    ['a NUL byte in the spec', { ...GOOD, spec: '- [ ] a\0b' }, 'spec', /NUL/],
    ['a NUL byte in a blocker', { ...GOOD, blockedBy: ['a\0b'] }, 'blockedBy.0', /NUL/],
    ['lists nested without end', { ...GOOD, spec: `${'- '.repeat(5_000)}[ ] x` }, 'spec', /32 deep/],
    ['ext:: as transport', { ...GOOD, repo: 'ext::sh -c id' }, 'repo', /ext::/],
    ['a credential in the URL', { ...GOOD, repo: 'https://u:p@git.example.org/a/b' }, 'repo', /user name or password/],
    ['an unknown blocker', { ...GOOD, blockedBy: ['nobody'] }, 'blockedBy', /no work item nobody/],
    ['too few iterations', { ...GOOD, maxIterations: 0 }, 'maxIterations', /maxIterations/],
    ['a sourceUrl that is none', { ...GOOD, sourceUrl: 'javascript:alert(1)' }, 'sourceUrl', /sourceUrl/],
  ])('%s: 400 that names the field and what it takes', async (_name, body, field, message) => {
    const error = await refusal(await call(work.POST, { body }), 400);
    expect(error.field).toBe(field);
    expect(error.message).toMatch(message);
    expect(await database.db.workItem.count()).toBe(0);
  });

  test('a spec over 256 KB: 413; invalid JSON and a body that is none: 400', async () => {
    const large = await refusal(await call(work.POST, { body: { ...GOOD, spec: `- [ ] ${'x'.repeat(256 * 1024)}` } }), 413);
    expect(large.message).toMatch(/262144 \(256 KB\)/);
    expect((await refusal(await call(work.POST, { raw: `"${'x'.repeat(3 * 1024 * 1024)}"` }), 413)).message).toMatch(/256 KB/);
    expect((await refusal(await call(work.POST, { raw: '{"repo":' }), 400)).message).toMatch(/not valid JSON/);
    await refusal(await call(work.POST, { raw: '[]' }), 400);
  });
});

test('without a token, with a wrong and with a revoked one: 401 that names the command', async () => {
  const { token: revoked } = await createApiToken(ctx, { name: 'gone' });
  await revokeApiToken(ctx, { name: 'gone' });
  for (const as of [null, 'fct_wrong', revoked]) {
    for (const route of [
      work.POST,
      work.GET,
      item.GET,
      cancel.POST,
      retry.POST,
      draft.POST,
      events.GET,
      workers.GET,
      kill.POST,
      statusRoute.GET,
      queueRoute.GET,
    ]) {
      expect((await refusal(await call(route, { as, params: { id: 'x' } }), 401)).message).toContain('npm run factory -- token create');
    }
  }
});

test('a NUL byte in an address is a refusal like any other', async () => {
  for (const name of ['q', 'repo', 'cursor']) expect((await refusal(await call(work.GET, { path: `/api/work?${name}=a%00b` }), 400)).field).toBe(name);
  for (const route of [item.GET, cancel.POST, events.GET, kill.POST]) await refusal(await call(route, { params: { id: 'a\0b' } }), 404);
});

test('what nobody expected: 500 with an id that the log has, and not a word of it', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken = route(() => Promise.reject(new Error('password=hunter2')));
  const error = await refusal(await call(broken), 500);
  expect(JSON.stringify(error)).not.toContain('hunter2');
  expect(logged.mock.calls).toEqual([[`REST ${error.id}:`, expect.objectContaining({ message: 'password=hunter2' })]]);
  logged.mockRestore();
});

test('an unknown id: 404 everywhere', async () => {
  for (const route of [item.GET, cancel.POST, retry.POST, draft.POST, events.GET, kill.POST])
    await refusal(await call(route, { params: { id: 'nobody' } }), 404);
});

test('cancel once, then 409 with the state; retry queues again, fresh takes a new branch', async () => {
  const { id } = await create();
  expect(await ok(workItemSchema, await call(cancel.POST, { params: { id }, raw: '' }))).toMatchObject({ state: 'cancelled' });
  const again = await refusal(await call(cancel.POST, { params: { id }, raw: '' }), 409);
  expect(again).toMatchObject({ state: 'cancelled' });
  await database.db.workItem.update({
    where: { id },
    data: { branch: 'ai-factory/x', headCommit: 'a'.repeat(40), spec: '- [x] Offer green tea\n- [ ] Offer black tea', tasksDone: 1 },
  });
  expect(await ok(workItemSchema, await call(retry.POST, { params: { id }, raw: '' }))).toMatchObject({
    state: 'queued',
    branch: 'ai-factory/x',
    tasks: { done: 1 },
  });
  await refusal(await call(retry.POST, { params: { id }, raw: '' }), 409);
  await call(cancel.POST, { params: { id }, raw: '' });
  const fresh = await ok(workItemSchema, await call(retry.POST, { params: { id }, body: { fresh: true } }));
  expect(fresh).toMatchObject({ state: 'queued', branch: null, headCommit: null, spec: GOOD.spec });
  expect((await refusal(await call(retry.POST, { params: { id }, body: { fresh: 'yes' } }), 400)).field).toBe('fresh');
});

test('cancel of a running item ends its run, its token and its leases at once', async () => {
  const { id } = await create();
  const runId = await claim();
  await database.db.lease.create({ data: { repo: 'acme/shop', path: 'a', runId, epoch: 1, expiresAt: new Date(Date.now() + 60_000) } });
  const cancelled = await ok(workItemSchema, await call(cancel.POST, { params: { id }, raw: '' }));
  expect(cancelled.runs[0]).toMatchObject({ state: 'ended', reason: 'cancelled' });
  expect(await database.db.workerToken.count({ where: { runId, revokedAt: null } })).toBe(0);
  expect(await database.db.lease.count({ where: { runId } })).toBe(0);
});

test('kill ends the worker; its item is stuck, killed by NAME', async () => {
  const { id } = await create();
  const runId = await claim();
  expect((await ok(workersSchema, await call(workers.GET))).workers).toMatchObject([{ id: runId, workItemId: id, state: 'starting' }]);
  expect((await call(kill.POST, { params: { id: runId }, raw: '' })).status).toBe(200);
  expect(await ok(workItemSchema, await call(item.GET, { params: { id } }))).toMatchObject({ state: 'stuck', stateReason: 'killed by token rest' });
  await refusal(await call(kill.POST, { params: { id: runId }, raw: '' }), 409);
});

test('the log as NDJSON: every line once, from any seq on', async () => {
  const { id } = await create();
  const now = new Date();
  const lines = Array.from({ length: 2_500 }, (_, n) => factoryEvent('note', `line ${n}`, now));
  for (let from = 0; from < lines.length; from += 250) {
    await database.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: null, events: lines.slice(from, from + 250) }));
  }
  const read = async (after: string) => (await call(events.GET, { params: { id }, path: `/api/x?after=${after}` })).text();
  const seqs = (await read('0'))
    .trim()
    .split('\n')
    .map((line) => storedEventSchema.parse(JSON.parse(line)).seq);
  expect(seqs).toEqual(Array.from({ length: 2_501 }, (_, n) => n + 1));
  expect((await read('2499')).trim().split('\n')).toHaveLength(2);
  expect(await read('2501')).toBe('');
  expect((await refusal(await call(events.GET, { params: { id }, path: '/api/x?after=x' }), 400)).field).toBe('after');
});

test('status and queue say what waits and why', async () => {
  const blocker = await create({ ...GOOD, priority: 'low' });
  await create({ ...GOOD, title: 'Second', blockedBy: [blocker.id] });
  await create({ ...GOOD, title: 'Urgent', priority: 'critical' });
  const status = await ok(statusSchema, await call(statusRoute.GET));
  expect(status).toMatchObject({ queueDepth: 3, workersAlive: 0, maxWorkers: 9, dailyBudget: 200, iterationsToday: 0 });
  expect(status.waiting?.reason).toContain('no supervisor is running');
  const waiting = await ok(queueSchema, await call(queueRoute.GET));
  expect(waiting.items.map((each) => each.title)).toEqual(['Urgent', 'Second', 'Tea']);
  expect(waiting.items[1]?.waitingReason).toBe('waits for “Tea” (queued)');
});
