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
  'tokens.revoke': ['admin', { name: 'admin' }],
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
  'work.facets': 'view',
  'work.get': 'view',
  'work.create': ['steer', { repo: 'acme/shop', spec: '- [ ] x' }],
  'work.askIssue': ['steer', { issue: 'acme/shop#1' }],
  'work.askedIssue': 'steer',
  'work.cancel': 'steer',
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
  'work.searchLog': ['view', { text: 'x' }],
  status: 'view',
  queue: 'view',
  workers: ['view', { recent: true }],
  worker: 'view',
  killWorker: 'steer',
};

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
  (globalThis as { factoryServices?: WebServices }).factoryServices = { ...base, databaseUrl: database.url, prometheus: 'all', signIn: null };
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
async function askProcedure(path: string, kind: Kind, secret: string | null): Promise<number> {
  const expected = PROCEDURES[path];
  const input = { id: itemId, fresh: false, role: 'viewer', ...(Array.isArray(expected) ? expected[1] : {}) };
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

async function askRoute(door: string, handler: Handler, token: string | null): Promise<number> {
  const [method = 'GET', path = '/'] = door.split(' ');
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  // A browser's session opens nothing here: were it otherwise, any page could use it.
  const withSession = { ...headers, cookie: `factory_session=${cookies.admin}` };
  const body = method === 'GET' ? undefined : JSON.stringify({ repo: 'acme/shop', spec: '- [ ] x', text: 'x', priority: 'high' });
  const request = new Request(HOME + path.replace('[id]', itemId), { method, headers: withSession, ...(body ? { body } : {}) });
  const answer = await handler(request, { params: Promise.resolve({ id: itemId }) });
  await answer.body?.cancel();
  return answer.status;
}

/** All that could have been changed. */
async function everything(): Promise<unknown> {
  const { db } = database;
  const [items, users, apiTokens, sessions, audits] = await Promise.all([
    db.workItem.findMany({ select: { id: true, state: true, priority: true, updatedAt: true } }),
    db.user.findMany({ orderBy: { id: 'asc' } }),
    db.apiToken.findMany({ omit: { lastUsedAt: true }, orderBy: { id: 'asc' } }),
    db.session.count(),
    db.audit.count(),
  ]);
  return { items, users, apiTokens, sessions, audits };
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

test('who may is let in: a viewer looks everywhere, an admin gets past every door', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  for (const [path, kind] of procedures()) {
    if (needOf(PROCEDURES[path]) === 'view') expect([path, await askProcedure(path, kind, cookies.viewer ?? null)]).toEqual([path, 200]);
    // Past the door: what there is no such thing of, or what cannot be done in its state, is answered in its own words.
    expect([401, 403]).not.toContain(await askProcedure(path, kind, cookies.admin ?? null));
  }
  for (const [door, handler] of await routes()) {
    if (ROUTES[door] === 'view') expect([door, await askRoute(door, handler, tokens.viewer ?? null)]).toEqual([door, 200]);
  }
  vi.restoreAllMocks();
});

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

test('a body of plain text is refused by every route that takes one', async () => {
  const handler = (await routes()).find(([door]) => door === 'POST /api/work')?.[1];
  const headers = { authorization: `Bearer ${tokens.member}`, 'content-type': 'text/plain' };
  const request = new Request(`${HOME}/api/work`, { method: 'POST', headers, body: JSON.stringify({ repo: 'acme/shop', spec: '- [ ] x' }) });
  expect((await handler?.(request, { params: Promise.resolve({}) }))?.status).toBe(400);
});
