import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import superjson from 'superjson';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { appRouter } from '../../server/api/router.ts';
import type { Role, TokenScope } from '../../server/contracts/access.ts';
import { hashSecret, newSecret } from '../../server/db/ids.ts';
import type { Right } from '../../server/domain/roles.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { openSession } from '../../server/services/access/sessions.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';
import type { WebServices } from '../server/context.ts';
import * as trpcRoute from './trpc/[trpc]/route.ts';

// Every procedure and every route, tried by those who may not. One that is new fails here until somebody has written down who may.

/** What a procedure needs of a person, and an input that is good, so that nothing else refuses. */
const PROCEDURES: Record<string, Right | [Right, object]> = {
  me: 'view',
  'members.list': 'admin',
  'members.setRole': 'admin',
  'members.remove': 'admin',
  'members.restore': 'admin',
  'tokens.list': 'admin',
  'tokens.create': ['admin', { name: 'new', scope: 'read' }],
  'tokens.revoke': ['admin', { name: 'spare' }],
  'audit.list': ['admin', {}],
  'health.get': 'view',
  'health.check': ['steer', { supervisorId: 'none' }],
  'connections.get': 'view',
  'connections.set': ['admin', { kind: 'github', secret: 'a-long-secret' }],
  'connections.clear': ['admin', { kind: 'github' }],
  'connections.test': ['steer', { kind: 'github', supervisorId: 'none' }],
  'firstRun.get': 'view',
  'firstRun.prepareDemo': 'steer',
  'firstRun.submitDemo': ['steer', { id: 'none' }],
  'repositories.list': 'view',
  'repositories.get': ['view', { name: 'acme/shop' }],
  'repositories.save': ['admin', { name: 'acme/shop' }],
  'repositories.remove': ['admin', { name: 'acme/shop' }],
  'repositories.allowHost': ['admin', { name: 'acme/shop', host: 'a.test' }],
  'repositories.look': ['steer', { name: 'acme/shop' }],
  'settings.limits': 'view',
  'settings.setLimit': ['admin', { name: 'maxWorkers', value: 3 }],
  'settings.pause': ['admin', { reason: 'x' }],
  'settings.resume': 'admin',
  'learnings.find': ['view', { q: 'x' }],
  'learnings.status': 'view',
  'learnings.get': 'view',
  'learnings.ofWork': 'view',
  'learnings.export': ['view', {}],
  'learnings.write': ['steer', { kind: 'gotcha', text: 'x', repo: null }],
  'learnings.change': ['steer', { ids: ['none'], state: 'disabled' }],
  'learnings.edit': ['steer', { id: 'none', kind: 'gotcha', text: 'x' }],
  'learnings.merge': ['steer', { into: 'none', ids: ['other'] }],
  'learnings.delete': ['steer', { ids: ['none'] }],
  'learnings.import': ['steer', { markdown: '- Gotcha: x', repo: null }],
  'learnings.askFile': ['steer', { repo: 'acme/shop', file: 'AGENTS.md' }],
  'learnings.askedFile': 'steer',
  'learnings.propose': ['steer', { repo: 'acme/shop', file: 'AGENTS.md' }],
  'learnings.proposed': 'steer',
  metrics: ['view', { period: 'week' }],
  'work.list': ['view', {}],
  'work.counts': ['view', {}],
  'work.facets': 'view',
  'work.get': 'view',
  'work.spec': 'view',
  'work.facts': 'view',
  'work.create': ['steer', { repo: 'acme/shop', spec: '- [ ] x' }],
  'work.askIssue': ['steer', { issue: 'acme/shop#1' }],
  'work.askedIssue': 'steer',
  'work.cancel': 'steer',
  'work.undoCancel': ['steer', { cancelledAt: '2026-11-23T12:00:00.000Z' }],
  'work.retry': 'steer',
  'work.pause': 'steer',
  'work.resume': 'steer',
  'work.change': ['steer', { change: { priority: 'high' } }],
  'work.message': ['steer', { message: { text: 'x' } }],
  'work.draftPullRequest': 'steer',
  'work.changes': 'view',
  'work.history': 'view',
  'work.iterations': 'view',
  'work.events': 'view',
  'work.lastEvents': 'view',
  'work.searchLog': ['view', { text: 'x' }],
  status: 'view',
  queue: 'view',
  workers: ['view', { recent: true }],
  worker: 'view',
  killWorker: 'steer',
};

/** Procedures that need more for another input. */
const MORE: [string, Right, object][] = [['health.check', 'admin', { supervisorId: 'none', fix: true }]];

/** What a route needs of a token. `session`: a browser's download, which takes a session and no token. `open`: it lets people in or out, or says that the process lives; it has tests of its own. */
const ROUTES: Record<string, Right | 'open' | 'procedures' | 'session'> = {
  'GET /api/work': 'view',
  'POST /api/work': 'steer',
  'GET /api/work/[id]': 'view',
  'GET /api/work/[id]/events': 'view',
  'GET /api/work/[id]/log': 'view',
  'GET /(factory)/work/[id]/log': 'session',
  'POST /api/work/[id]/cancel': 'steer',
  'POST /api/work/[id]/retry': 'steer',
  'POST /api/work/[id]/draft-pull-request': 'steer',
  'PATCH /api/work/[id]': 'steer',
  'POST /api/work/[id]/pause': 'steer',
  'POST /api/work/[id]/resume': 'steer',
  'POST /api/work/[id]/message': 'steer',
  'GET /api/settings/limits': 'view',
  'PATCH /api/settings/limits': 'admin',
  'POST /api/settings/pause': 'admin',
  'POST /api/settings/resume': 'admin',
  'GET /api/learnings': 'view',
  'GET /api/metrics': 'view',
  'GET /api/prometheus': 'view',
  'GET /api/workers': 'view',
  'POST /api/workers/[id]/kill': 'steer',
  'GET /api/status': 'view',
  'GET /api/queue': 'view',
  'GET /api/trpc/[trpc]': 'procedures',
  'POST /api/trpc/[trpc]': 'procedures',
  'POST /api/sign-in': 'open',
  'POST /api/sign-in/github': 'open',
  'POST /api/sign-out': 'open',
  'GET /api/auth/callback/github': 'open',
  'GET /api/openapi.json': 'open',
  ...Object.fromEntries(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [`${method} /api/[...path]`, 'open' as const])), // says that there is nothing
  'GET /icon.svg': 'open',
  'GET /healthz': 'open',
  'GET /healthz/stream': 'open',
  'GET /readyz': 'open',
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const HOME = 'http://localhost:3000';
const OWN_PAGE = { host: 'localhost:3000', 'sec-fetch-site': 'same-origin' };

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
type Kind = 'query' | 'mutation' | 'subscription';

let database: TestDatabase;
let itemId: string;
const cookies: Record<string, string | null> = { nobody: null, outsider: 'fss_nobody-was-given-this' };
const tokens: Record<string, string | null> = { nobody: null, outsider: 'fct_nobody-was-given-this' };

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const base = { db, queue, config: serviceConfig(parseEnv({}), 't'), now: () => new Date() };
  (globalThis as { factoryServices?: WebServices }).factoryServices = {
    ...base,
    databaseUrl: database.url,
    appUrl: 'http://localhost:3000',
    prometheus: 'all',
    signIn: null,
  };
  const ctx = { ...base, actor: { kind: 'cli', name: 't' } } as const;
  itemId = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] tea' })).item.id;
  const worker = { id: itemId, workItemId: itemId, epoch: 1, state: 'ended', runtime: 'process', agent: 'demo', isolated: false };
  await db.run.create({ data: { ...worker, engineId: 'e', owner: 'o', branch: 'b' } });
  await db.learning.create({ data: { id: itemId, kind: 'gotcha', text: 'Tea is hot', dedupeKey: 'tea' } });
  for (const [name, role, scope] of [
    ['admin', 'admin', 'admin'],
    ['member', 'member', 'submit'],
    ['viewer', 'viewer', 'read'],
    ['removed member', 'admin', 'admin'],
  ] as const)
    await give(name, role, scope);
  await db.apiToken.create({ data: { id: 'spare', name: 'spare', hash: 'spare' } });
  // Though his session and his token are still there: nothing but the word that he is out stands between them and the factory.
  await db.user.update({ where: { id: 'removed member' }, data: { removedAt: new Date() } });
});
afterAll(async () => {
  process.emit('factory:stop' as 'exit', 0);
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await database.drop();
});

async function give(name: string, role: Role, scope: TokenScope): Promise<void> {
  const { db } = database;
  await db.user.create({ data: { id: name, name, githubId: name, role } });
  cookies[name] = (await openSession(db, { userId: name, now: new Date() })).sessionSecret;
  const token = newSecret('fct');
  await db.apiToken.create({ data: { id: name, name, scope, hash: hashSecret(token), makerId: name } });
  tokens[name] = token;
}

/** Every procedure of the router, and its kind. */
function procedures(node: Record<string, unknown> = appRouter._def.procedures, prefix = ''): [string, Kind][] {
  return Object.entries(node).flatMap(([name, each]): [string, Kind][] => {
    const type = (each as { _def?: { type?: Kind } })._def?.type;
    return type ? [[`${prefix}${name}`, type]] : procedures(each as Record<string, unknown>, `${prefix}${name}.`);
  });
}

/** Every route handler of the file tree, as `METHOD /path`. */
async function routes(): Promise<[string, Handler][]> {
  const app = join(import.meta.dirname, '..');
  const all: [string, Handler][] = [];
  for (const file of readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)route\.tsx?$/.test(name))) {
    const handlers = (await import(join(app, file))) as Record<string, Handler>;
    for (const method of METHODS) {
      const handler = handlers[method];
      if (handler) all.push([`${method} /${relative(app, join(app, dirname(file)))}`, handler]);
    }
  }
  return all;
}

const needOf = (expected: Right | [Right, object] | undefined): Right | undefined => (Array.isArray(expected) ? expected[0] : expected);

/** Asks a procedure through the route that browsers ask, and reads only as much of a stream as says whether it opened. */
async function askProcedure(path: string, kind: Kind, secret: string | null, more: object = {}): Promise<number> {
  const expected = PROCEDURES[path];
  const input = { id: itemId, fresh: false, role: 'viewer', ...(Array.isArray(expected) ? expected[1] : {}), ...more };
  const json = JSON.stringify(superjson.serialize(input));
  const headers = { ...OWN_PAGE, 'content-type': 'application/json', ...(secret ? { cookie: `theme=dark; factory_session=${secret}` } : {}) };
  if (kind === 'mutation') return (await trpcRoute.POST(new Request(`${HOME}/api/trpc/${path}`, { method: 'POST', headers, body: json }))).status;
  const leave = new AbortController();
  const answer = await trpcRoute.GET(
    new Request(`${HOME}/api/trpc/${path}?input=${encodeURIComponent(json)}`, {
      headers: { ...headers, ...(kind === 'subscription' ? { accept: 'text/event-stream' } : {}) },
      signal: leave.signal,
    }),
  );
  if (kind === 'query') return answer.status;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^id: |"httpStatus"/m.test(text)) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) break;
    text += chunk.value;
  }
  leave.abort();
  return Number(/"httpStatus":(\d+)/.exec(text)?.[1] ?? answer.status);
}

/** Good for every route that takes one. */
const BODY = { repo: 'acme/shop', spec: '- [ ] x', text: 'x', priority: 'high', name: 'maxWorkers', value: 3, reason: 'x' };

async function askRoute(door: string, handler: Handler, token: string | null): Promise<number> {
  const [method = 'GET', path = '/'] = door.split(' ');
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  // A browser's session opens nothing here: were it otherwise, any page could use it.
  const withSession = { ...headers, cookie: `factory_session=${cookies.admin}` };
  const body = method === 'GET' ? undefined : JSON.stringify(BODY);
  const request = new Request(HOME + path.replace('[id]', itemId), { method, headers: withSession, ...(body ? { body } : {}) });
  const answer = await handler(request, { params: Promise.resolve({ id: itemId }) });
  await answer.body?.cancel();
  return answer.status;
}

/** All that could have been changed: every row of every table, but for when a token was last used. */
async function everything(): Promise<Record<string, string[]>> {
  const { db } = database;
  const tables = await db.$queryRaw<{ name: string }[]>`SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await db.$queryRawUnsafe<{ row: string }[]>(`SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM "${name}" t ORDER BY 1`);
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

test('of every procedure and every route it is written down who may', async () => {
  expect(
    procedures()
      .map(([path]) => path)
      .sort(),
  ).toEqual(Object.keys(PROCEDURES).sort());
  expect((await routes()).map(([door]) => door).sort()).toEqual(Object.keys(ROUTES).sort());
});

describe('nobody, an outsider, a viewer, a member and a removed member', () => {
  const refusals: [string, (need: Right) => number | null][] = [
    ['nobody', () => 401],
    ['outsider', () => 401],
    ['removed member', () => 401],
    ['viewer', (need) => (need === 'view' ? null : 403)],
    ['member', (need) => (need === 'admin' ? 403 : null)],
  ];

  test.each(refusals)('%s: no procedure does more than it may', async (name, refusal) => {
    const before = await everything();
    for (const [path, kind] of procedures()) {
      const expected = refusal(needOf(PROCEDURES[path]) ?? 'admin');
      if (expected !== null) expect([path, await askProcedure(path, kind, cookies[name] ?? null)]).toEqual([path, expected]);
    }
    for (const [path, need, input] of MORE) {
      const expected = refusal(need);
      if (expected !== null) expect([path, await askProcedure(path, 'mutation', cookies[name] ?? null, input)]).toEqual([path, expected]);
    }
    expect(await everything()).toEqual(before);
  });

  test.each(refusals)('%s: no route does more than it may', async (name, refusal) => {
    const before = await everything();
    for (const [door, handler] of await routes()) {
      const need = ROUTES[door];
      if (need === 'open' || need === 'procedures' || need === 'session') continue;
      const expected = refusal(need ?? 'admin');
      if (expected !== null) expect([door, await askRoute(door, handler, tokens[name] ?? null)]).toEqual([door, expected]);
    }
    expect(await everything()).toEqual(before);
  });
});

test('who may is let in: a viewer looks everywhere, a member steers, an admin gets past every door; nothing breaks', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const SHUT = [401, 403, 415, 500];
  for (const [door, handler] of await routes()) {
    const need = ROUTES[door];
    if (need === 'view') expect([door, await askRoute(door, handler, tokens.viewer ?? null)]).toEqual([door, 200]);
    if (need !== 'steer' && need !== 'admin') continue;
    // Past the door: what there is no such thing of, or what cannot be done in its state, is answered in its own words.
    for (const name of need === 'steer' ? ['member', 'admin'] : ['admin']) {
      const status = await askRoute(door, handler, tokens[name] ?? null);
      expect([door, name, status, SHUT.includes(status)]).toEqual([door, name, status, false]);
    }
  }
  for (const [path, kind] of procedures()) {
    const need = needOf(PROCEDURES[path]);
    if (need === 'view') expect([path, await askProcedure(path, kind, cookies.viewer ?? null)]).toEqual([path, 200]);
    for (const name of need === 'admin' ? ['admin'] : ['member', 'admin']) {
      const status = await askProcedure(path, kind, cookies[name] ?? null);
      expect([path, name, status, SHUT.includes(status)]).toEqual([path, name, status, false]);
    }
  }
  for (const [path, need, input] of MORE)
    expect([need, SHUT.includes(await askProcedure(path, 'mutation', cookies.admin ?? null, input))]).toEqual([need, false]);
  expect(log.mock.calls).toEqual([]);
  log.mockRestore();
});

test('a NUL in any word of any input is a refusal, and no fault of ours: Postgres takes none', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken: unknown[] = [];
  for (const [path, kind] of procedures()) {
    const expected = PROCEDURES[path];
    const input = { id: itemId, fresh: false, role: 'viewer', ...(Array.isArray(expected) ? expected[1] : {}) };
    for (const spoilt of withNul(input)) {
      const status = await askProcedure(path, kind, cookies.admin ?? null, spoilt);
      if (status === 500) broken.push([path, JSON.stringify(spoilt)]);
    }
  }
  expect(broken).toEqual([]);
  expect(log.mock.calls).toEqual([]);
  log.mockRestore();
});

/** The input with one of its words spoilt, each once; and with further ones that some procedures take. */
function withNul(input: object): object[] {
  const spoil = (value: unknown): unknown[] => {
    if (typeof value === 'string') return [`${value}\0`];
    if (Array.isArray(value)) return (value as unknown[]).flatMap((each, index) => spoil(each).map((bad) => (value as unknown[]).with(index, bad)));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) => spoil(each).map((bad) => ({ ...value, [key]: bad })));
  };
  const further = { runId: 'a', repo: 'a', cursor: 'a', q: 'a', path: 'a', lastEventId: '1', title: 'a', state: 'a', actor: 'a', action: 'a', workItemId: 'a' };
  return spoil({ ...further, ...input }) as object[];
}

test('a browser’s download opens to the session of somebody who may look, and to no token', async () => {
  for (const [door, handler] of await routes()) {
    if (ROUTES[door] !== 'session') continue;
    const ask = async (headers: Record<string, string>) => {
      const answer = await handler(new Request(`${HOME}/work/${itemId}/log`, { headers }), { params: Promise.resolve({ id: itemId }) });
      await answer.body?.cancel();
      return answer.status;
    };
    const statuses: Record<string, number> = {};
    for (const name of ['nobody', 'outsider', 'removed member', 'viewer', 'admin'])
      statuses[name] = await ask({ ...OWN_PAGE, ...(cookies[name] ? { cookie: `factory_session=${cookies[name]}` } : {}) });
    expect([door, statuses]).toEqual([door, { nobody: 401, outsider: 401, 'removed member': 401, viewer: 200, admin: 200 }]);
    expect(await ask({ ...OWN_PAGE, authorization: `Bearer ${tokens.admin}` })).toBe(401);
    expect(await ask({ host: 'localhost:3000', origin: 'https://evil.example', cookie: `factory_session=${cookies.admin}` })).toBe(403);
  }
});

test('another site’s page, though it had a token, gets nothing from a route', async () => {
  for (const [door, handler] of await routes()) {
    if (ROUTES[door] === 'open' || ROUTES[door] === 'procedures') continue;
    const [method = 'GET', path = '/'] = door.split(' ');
    const headers = { host: 'localhost:3000', origin: 'https://evil.example', authorization: `Bearer ${tokens.viewer}` };
    const answer = await handler(new Request(HOME + path, { method, headers }), { params: Promise.resolve({ id: itemId }) });
    expect([door, answer.status]).toEqual([door, 403]);
  }
});

test('a body that another site could send without asking is refused by every route that changes something, whether it reads one or not', async () => {
  const before = await everything();
  const form = new FormData();
  form.set('text', 'x');
  const json = JSON.stringify(BODY);
  const kinds: [string, BodyInit, Record<string, string>][] = [
    ['plain text', json, { 'content-type': 'text/plain' }],
    ['a form', new URLSearchParams({ text: 'x' }), {}],
    ['a form in parts', form, {}],
    ['a form with nothing in it', '', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no kind at all', new TextEncoder().encode(json), { 'content-length': String(json.length) }],
    ['no kind, of a length that is not said', new TextEncoder().encode(json), { 'transfer-encoding': 'chunked' }],
  ];
  let asked = 0;
  for (const [door, handler] of await routes()) {
    const need = ROUTES[door];
    const [method = 'GET', path = '/'] = door.split(' ');
    if (method === 'GET' || need === 'open' || need === 'procedures') continue;
    asked += 1;
    for (const [kind, body, headers] of kinds) {
      const request = new Request(HOME + path, { method, headers: { authorization: `Bearer ${tokens.admin}`, ...headers }, body });
      const answer = await handler(request, { params: Promise.resolve({ id: itemId }) });
      expect([door, kind, answer.status, await answer.text()]).toEqual([door, kind, 400, expect.stringContaining('Content-Type: application/json') as string]);
    }
  }
  expect(asked).toBeGreaterThan(10);
  expect(await everything()).toEqual(before);
});

test('a route that needs no body takes none, and an empty one', async () => {
  for (const [path, init] of [
    ['/api/work/[id]/pause', {}],
    ['/api/work/[id]/resume', { headers: { 'content-length': '0' } }],
    ['/api/settings/resume', { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '' }],
  ] as const) {
    const handler = (await routes()).find(([door]) => door === `POST ${path}`)?.[1];
    const headers = { authorization: `Bearer ${tokens.admin}`, ...('headers' in init ? init.headers : {}) };
    const answer = await handler?.(new Request(HOME + path, { ...init, method: 'POST', headers }), { params: Promise.resolve({ id: itemId }) });
    expect([path, [200, 409].includes(answer?.status ?? 0)]).toEqual([path, true]);
  }
});
