import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { createDb } from '../../server/db/client.ts';
import type { Ctx } from '../../server/services/context.ts';
import { listMembers } from '../../server/services/access/list-members.ts';
import { removeMember } from '../../server/services/access/remove-member.ts';
import { authenticateSession } from '../../server/services/access/sessions.ts';
import { setMemberRole } from '../../server/services/access/set-member-role.ts';
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
  services = { db: database.db, queue, config, now: () => clock, databaseUrl: database.url, appUrl: 'http://localhost:3000', prometheus: 'all', signIn: null };
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
  const ctx: Ctx = { ...base, actor: { kind: 'cli', name: 't' }, fromWhere: 'cli' };
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

test('the link leads to the page that was asked for before, and to no other site', async () => {
  const withWay = async (way: string) => (await spend(await newLink(), { ...OWN_PAGE, cookie: `theme=dark; factory_way_back=${way}` })).to;
  expect(await withWay(encodeURIComponent('/work/abc?line=7&view=runs'))).toBe('/work/abc?line=7&view=runs');
  for (const way of ['%2F%2Fevil.example', '//evil.example', '%', 'https%3A%2F%2Fevil.example', '%2F%0D%0Aa%3A%20b']) expect(await withWay(way)).toBe('/');
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

test('making a link, coming in by it and going out again stand in the audit log, with who, what and from where', async () => {
  await database.db.audit.deleteMany();
  const from = { ...OWN_PAGE, 'x-factory-peer': '127.0.0.1', 'x-forwarded-for': '1.1.1.1, 203.0.113.9' };
  const { cookie } = await spend(await newLink('command'), from);
  const answer = await signOut(post('/api/sign-out', { ...from, cookie: cookie?.split(';')[0] ?? '' }));
  expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
  await signOut(post('/api/sign-out', { ...from, cookie: cookie?.split(';')[0] ?? '' })); // he is out already: nothing more to say
  const rows = await database.db.audit.findMany({ orderBy: { id: 'asc' }, select: { actor: true, action: true, why: true, fromWhere: true } });
  const browser = '203.0.113.9 through 127.0.0.1';
  expect(rows).toEqual([
    { actor: 't', action: 'sign-in.link', why: 'a sign-in link, asked for on the machine', fromWhere: 'cli' },
    { actor: 'local', action: 'sign-in', why: 'by a sign-in link of the machine', fromWhere: browser },
    { actor: 'local', action: 'sign-out', why: 'local signed out', fromWhere: browser },
  ]);
});

describe('beside a team', () => {
  const HOUR = 3_600_000;
  beforeEach(async () => {
    await database.db.user.deleteMany();
    services.config = { ...services.config, localMode: false };
  });
  afterEach(() => {
    services.config = { ...services.config, localMode: true };
  });
  const secretOf = ({ cookie }: { cookie: string | null }) => /factory_session=([^;]+)/.exec(cookie ?? '')?.[1] ?? '';
  const who = (secret: string, at: Date) => authenticateSession(database.db, secret, { localMode: false, now: at });
  const admin = (): Ctx => {
    const { databaseUrl: _, appUrl: _app, signIn: _none, ...base } = services;
    return { ...base, actor: { kind: 'person', id: 'ada', name: 'ada', role: 'admin' } };
  };

  test('a link of the machine opens an hour, also where it was spent in the days before the team', async () => {
    services.config = { ...services.config, localMode: true };
    const before = secretOf(await spend(await newLink('command')));
    services.config = { ...services.config, localMode: false };
    const beside = secretOf(await spend(await newLink('command')));
    for (const secret of [before, beside]) {
      expect(await who(secret, new Date(clock.getTime() + HOUR - 1_000))).toMatchObject({ role: 'admin' });
      expect(await who(secret, new Date(clock.getTime() + HOUR))).toBeNull();
    }
  });

  test('admins see who is in by one, and end it, links that are not spent included', async () => {
    expect(await listMembers(admin())).toEqual([]);
    const secret = secretOf(await spend(await newLink('command')));
    const unspent = await newLink('command');
    expect(await listMembers(admin())).toMatchObject([{ id: 'local', name: 'local, by a sign-in link', role: 'admin', removedAt: null }]);
    await expect(setMemberRole(admin(), { id: 'local', role: 'viewer' })).rejects.toMatchObject({ code: 'conflict' });
    await removeMember(admin(), { id: 'local' });
    expect(await who(secret, clock)).toBeNull();
    expect(await listMembers(admin())).toEqual([]);
    expect((await spend(unspent)).to).toBe('/sign-in?spent=1');
    expect(await database.db.audit.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({ actor: 'ada', action: 'sign-in.ended' });
    await expect(removeMember(admin(), { id: 'local' })).rejects.toMatchObject({ code: 'not_found' });
    // Who locks himself out later still finds the way in.
    expect(await who(secretOf(await spend(await newLink('command'))), clock)).toMatchObject({ name: 'local' });
  });

  test('after an hour he is on no list', async () => {
    await spend(await newLink('command'));
    clock = new Date(clock.getTime() + HOUR);
    expect(await listMembers(admin())).toEqual([]);
  });
});

test('a body without an end is left where it is too large: a link’s, a procedure’s; of nobody’s not a byte is read', async () => {
  let taken = 0;
  const endless = (path: string, headers: Record<string, string>) => {
    taken = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        taken += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers: { host: 'localhost:3000', ...OWN_PAGE, ...headers }, body, duplex: 'half' };
    return new Request(HOME + path, init);
  };
  const words = async (answer: Response) => [answer.status, /The body is over \d+ bytes/.test(await answer.text()), taken < 5_000_000];
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await words(await signIn(endless('/api/sign-in', form)))).toEqual([413, true, true]);

  const json = { 'content-type': 'application/json' };
  const cookie = /[^;]+/.exec((await spend(await newLink())).cookie ?? '')?.[0] ?? '';
  expect(await words(await trpc(endless('/api/trpc/work.create', { ...json, cookie })))).toEqual([413, true, true]);
  expect((await trpc(endless('/api/trpc/work.create', json))).status).toBe(401);
  expect(taken).toBeLessThan(200_000); // what a stream holds ready before anybody reads it
});

test('where the database is away, a procedure says so as of any other fault, by GET and by POST', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { db } = services;
  services.db = createDb('postgresql://x:y@localhost:1/none', 1);
  const headers = { host: 'localhost:3000', ...OWN_PAGE, 'content-type': 'application/json', cookie: 'factory_session=fss_x' };
  try {
    for (const answer of [
      await trpcGet(new Request(`${HOME}/api/trpc/me`, { headers })),
      await trpc(new Request(`${HOME}/api/trpc/work.cancel`, { method: 'POST', headers, body: '{"json":{"id":"x"}}' })),
    ]) {
      const words = { error: { json: { message: expect.stringMatching(/^Something went wrong \(id \w+\); the log has it\.$/) as string } } };
      expect([answer.status, await answer.json()]).toMatchObject([500, words]);
    }
  } finally {
    await services.db.$disconnect();
    services.db = db;
    log.mockRestore();
  }
});

test('a form that is cut off spends no link and breaks nothing', async () => {
  const cut = { ...OWN_PAGE, host: 'localhost:3000', 'content-type': 'multipart/form-data; boundary=x' };
  const answer = await signIn(new Request(`${HOME}/api/sign-in`, { method: 'POST', headers: cut, body: '--x\r\ncut o' }));
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?spent=1']);
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
