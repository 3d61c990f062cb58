import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import type { Ctx } from '../../server/services/context.ts';
import { authenticateSession } from '../../server/services/access/sessions.ts';
import { createLoginLink } from '../../server/services/access/sign-in.ts';
import type { WebServices } from '../server/context.ts';
import { POST as signIn } from './sign-in/route.ts';
import { POST as signOut } from './sign-out/route.ts';
import { GET as trpcGet, POST as trpc } from './trpc/[trpc]/route.ts';

let database: TestDatabase;
let services: WebServices;
let clock: Date;
beforeAll(async () => {
  database = await createTestDatabase();
  const limits = { maxWorkers: 1, dailyBudget: 1, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const commands = { setupCommand: null, verifyCommand: null, agentCommand: null };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.test', ...commands };
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  services = { db: database.db, queue, config, now: () => clock, databaseUrl: database.url, prometheus: 'all', signIn: null };
  (globalThis as { factoryServices?: WebServices }).factoryServices = services;
});
afterAll(async () => {
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await database.drop();
});
beforeEach(() => {
  clock = new Date();
});

const HOME = 'http://localhost:3000';
const OWN_PAGE = { origin: HOME, 'sec-fetch-site': 'same-origin' };
async function newLink(madeBy: 'start' | 'command' = 'start'): Promise<string> {
  const { databaseUrl: _, signIn: _none, ...base } = services;
  const ctx: Ctx = { ...base, actor: { kind: 'cli', name: 't' } };
  return (await createLoginLink(ctx, { madeBy })).secret;
}
function post(path: string, headers: Record<string, string>, fields: Record<string, string> = {}): Request {
  return new Request(HOME + path, { method: 'POST', headers: { host: 'localhost:3000', ...headers }, body: new URLSearchParams(fields) });
}
async function spend(link: string, headers: Record<string, string> = OWN_PAGE): Promise<{ status: number; to: string | null; cookie: string | null }> {
  const answer = await signIn(post('/api/sign-in', headers, { link }));
  return { status: answer.status, to: answer.headers.get('location'), cookie: answer.headers.get('set-cookie') };
}

test('a sign-in link opens one session, by a cookie that scripts cannot read, and is spent', async () => {
  const link = await newLink();
  const first = await spend(link);
  expect(first).toMatchObject({ status: 303, to: '/' });
  expect(first.cookie).toMatch(/^factory_session=fss_[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Expires=/);
  const secret = /factory_session=([^;]+)/.exec(first.cookie ?? '')?.[1] ?? '';
  expect(await authenticateSession(database.db, secret, { localMode: true, now: clock })).toMatchObject({ kind: 'person' });
  expect(await database.db.session.count({ where: { hash: secret } })).toBe(0);

  expect(await spend(link)).toEqual({ status: 303, to: '/sign-in?spent=1', cookie: null });
});

test('two who spend one link at the same moment: one of them is in', async () => {
  const link = await newLink();
  const both = await Promise.all([spend(link), spend(link)]);
  expect(both.map(({ to }) => to).sort()).toEqual(['/', '/sign-in?spent=1']);
});

test('a link of over 15 minutes, and one that never was, open nothing', async () => {
  const link = await newLink();
  clock = new Date(clock.getTime() + 15 * 60_000 + 1);
  expect((await spend(link)).to).toBe('/sign-in?spent=1');
  expect((await spend('')).to).toBe('/sign-in?spent=1');
});

test('where people sign in with GitHub, only a link that somebody asked for on the machine opens anything', async () => {
  const [atStart, asked] = [await newLink('start'), await newLink('command')];
  services.config = { ...services.config, localMode: false };
  try {
    expect(await spend(atStart)).toEqual({ status: 303, to: '/sign-in?spent=1', cookie: null });
    expect(await spend(asked)).toMatchObject({ status: 303, to: '/' });
  } finally {
    services.config = { ...services.config, localMode: true };
  }
  expect((await spend(atStart)).to).toBe('/');
});

test('who came in by the link of a start is out as soon as people sign in with GitHub; a link asked for on the machine holds', async () => {
  const secretOf = async (madeBy: 'start' | 'command') => /factory_session=([^;]+)/.exec((await spend(await newLink(madeBy))).cookie ?? '')?.[1] ?? '';
  const [atStart, asked] = [await secretOf('start'), await secretOf('command')];
  const ask = (secret: string) =>
    trpcGet(new Request(`${HOME}/api/trpc/me`, { headers: { host: 'localhost:3000', cookie: `factory_session=${secret}` } })).then(({ status }) => status);
  expect([await ask(atStart), await ask(asked)]).toEqual([200, 200]);
  services.config = { ...services.config, localMode: false };
  try {
    expect([await ask(atStart), await ask(asked)]).toEqual([401, 200]);
  } finally {
    services.config = { ...services.config, localMode: true };
  }
});

test('a body of plain text, which other sites can send without asking, is refused', async () => {
  const plain = { ...OWN_PAGE, 'content-type': 'text/plain' };
  const link = await newLink();
  const send = (path: string, body: string) => new Request(HOME + path, { method: 'POST', headers: { host: 'localhost:3000', ...plain }, body });
  expect((await signIn(send('/api/sign-in', `link=${link}`))).status).toBe(415);
  expect((await signOut(send('/api/sign-out', ''))).status).toBe(415);
  expect((await trpc(send('/api/trpc/work.cancel', '{"json":{"id":"x"}}'))).status).toBe(415);
  expect((await spend(link)).to).toBe('/');
});

test('a mutation by GET is refused, and nothing is done', async () => {
  const { id } = await services.db.workItem.create({
    data: {
      ...{ id: 'aaaaaaaaaaaa', source: 't', sourceId: 't', repo: 'a/b', repoKind: 'github', cloneUrl: 'x', title: 't', originalSpec: 't', spec: 't' },
      ...{ tasksTotal: 1, state: 'queued', maxIterations: 1, maxUsd: 1, createdBy: 't' },
    },
  });
  const cookie = /[^;]+/.exec((await spend(await newLink())).cookie ?? '')?.[0] ?? '';
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const input = encodeURIComponent(JSON.stringify({ json: { id } }));
  const answer = await trpcGet(new Request(`${HOME}/api/trpc/work.cancel?input=${input}`, { headers: { cookie } }));
  expect(answer.status).toBe(405);
  log.mockRestore();
  expect(await services.db.workItem.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: 'queued' });
});

test.each([
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' }],
  ['an old browser at another site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['something that says nothing', {}],
])('a POST of %s is refused, and spends no link', async (_, headers) => {
  const link = await newLink();
  expect((await spend(link, headers)).status).toBe(403);
  expect((await signOut(post('/api/sign-out', headers))).status).toBe(403);
  expect((await trpc(post('/api/trpc/work.cancel', headers))).status).toBe(403);
  expect((await spend(link)).to).toBe('/');
});
