import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type GitHubStandIn, startGitHub } from '../../e2e/stand-ins/github.ts';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { removeMember } from '../../server/services/access/remove-member.ts';
import { authenticateSession } from '../../server/services/access/sessions.ts';
import type { WebServices } from '../server/context.ts';
import { GET as callback } from './auth/callback/github/route.ts';
import { POST as begin } from './sign-in/github/route.ts';
import { POST as signOut } from './sign-out/route.ts';

const HOME = 'http://localhost:3000';
const APP = {
  clientId: 'Iv1.factory',
  clientSecret: 'a-client-secret',
  redirectUris: [HOME, 'https://localhost:3000'].map((home) => `${home}/api/auth/callback/github`),
};

let database: TestDatabase;
let github: GitHubStandIn;
let services: WebServices;
beforeAll(async () => {
  database = await createTestDatabase();
  github = await startGitHub({
    repos: [{ owner: 'acme', name: 'shop' }],
    users: ['ada', 'Grace', 'mallory', 'linus'],
    orgs: { 'tea-makers': ['linus'], others: ['mallory'] },
    oauthApp: APP,
  });
  const env = parseEnv({
    ...{ AUTH_GITHUB_ID: APP.clientId, AUTH_GITHUB_SECRET: APP.clientSecret, AUTH_SECRET: 'ab'.repeat(16) },
    ...{ AUTH_ALLOWED_USERS: 'ada,grace', AUTH_ALLOWED_ORGS: 'tea-makers', GITHUB_SERVER_URL: github.serverUrl, GITHUB_API_URL: github.apiUrl },
  });
  if (!env.signIn) throw new Error('not configured');
  const signIn = { ...env.signIn, appUrl: env.appUrl, serverUrl: github.serverUrl, apiUrl: github.apiUrl };
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  services = {
    db: database.db,
    queue,
    config: serviceConfig(env, 't'),
    now: () => new Date(),
    databaseUrl: database.url,
    appUrl: 'http://localhost:3000',
    prometheus: 'off',
    signIn,
  };
  (globalThis as { factoryServices?: WebServices }).factoryServices = services;
});
afterAll(async () => {
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await github.close();
  await database.drop();
});
beforeEach(async () => {
  await database.db.audit.deleteMany();
  await database.db.user.deleteMany();
});

const pairs = (cookies: string[]) => cookies.map((cookie) => cookie.split(';')[0]).join('; ');

/** Presses the button. @returns the page of GitHub that it leads to, and the cookies of this browser */
async function pressButton(had = ''): Promise<{ to: URL; cookie: string }> {
  const answer = await begin(
    new Request(`${HOME}/api/sign-in/github`, {
      method: 'POST',
      headers: { host: 'localhost:3000', 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded', cookie: had },
    }),
  );
  const address = /href="([^"]+)"/.exec(await answer.text())?.[1]?.replaceAll('&#38;', '&') ?? '';
  return { to: new URL(address), cookie: pairs(answer.headers.getSetCookie()) };
}

/** Says yes on GitHub's page. @returns where GitHub sends the browser back to */
async function agree(to: URL, login: string): Promise<URL> {
  const page = await fetch(to);
  expect(page.status, await page.text()).toBe(200);
  const fields = Object.fromEntries(['redirect_uri', 'scope', 'state', 'client_id'].map((name) => [name, to.searchParams.get(name) ?? '']));
  const answer = await fetch(`${github.serverUrl}/login/oauth/callback`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ login, ...fields }),
  });
  return new URL(answer.headers.get('location') ?? '');
}

async function comeBack(back: URL, cookie: string): Promise<{ to: string; session: string | null; cookies: string[] }> {
  const answer = await callback(new Request(back, { headers: { cookie, 'x-factory-peer': '203.0.113.9' } }));
  const cookies = answer.headers.getSetCookie();
  const session = cookies.map((each) => /^factory_session=([^;]+)/.exec(each)?.[1]).find(Boolean) ?? null;
  return { to: answer.headers.get('location') ?? '', session, cookies };
}

async function enter(login: string, cookies = ''): Promise<{ to: string; session: string | null; cookies: string[] }> {
  const { to, cookie } = await pressButton();
  return comeBack(await agree(to, login), `${cookie}; ${cookies}`);
}

const who = (session: string | null) => authenticateSession(database.db, session ?? '', { localMode: false, now: new Date() });

test('the button leads to GitHub with our callback, the smallest scope, a state and PKCE', async () => {
  const { to, cookie } = await pressButton();
  expect(to.origin + to.pathname).toBe(`${github.serverUrl}/login/oauth/authorize`);
  expect(Object.fromEntries(to.searchParams)).toMatchObject({
    ...{ client_id: APP.clientId, redirect_uri: APP.redirectUris[0], scope: 'read:user read:org', response_type: 'code' },
    ...{ code_challenge_method: 'S256', state: expect.stringMatching(/.{20}/) as string },
  });
  expect(cookie).toMatch(/authjs\.state=/);
});

test('the first to enter is admin, later ones are members; the session is a row with a hash', async () => {
  const ada = await enter('ada');
  expect(ada.to).toBe(`${HOME}/`);
  expect(ada.cookies.find((each) => each.startsWith('factory_session='))).toMatch(
    /^factory_session=fss_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
  );
  expect(await who(ada.session)).toMatchObject({ kind: 'person', name: 'ada', role: 'admin' });
  expect(await database.db.session.count({ where: { hash: ada.session ?? '' } })).toBe(0);
  expect(await who((await enter('Grace')).session)).toMatchObject({ name: 'Grace', role: 'member' });
  // By the organisation, which GitHub is asked for.
  expect(await who((await enter('linus')).session)).toMatchObject({ name: 'linus', role: 'member' });
  const audit = await database.db.audit.findMany({ orderBy: { id: 'asc' } });
  expect(audit.map(({ actor, action, to, fromWhere }) => ({ actor, action, to, fromWhere }))).toEqual([
    { actor: 'ada', action: 'member.joined', to: 'admin', fromWhere: '203.0.113.9' },
    { actor: 'Grace', action: 'member.joined', to: 'member', fromWhere: '203.0.113.9' },
    { actor: 'linus', action: 'member.joined', to: 'member', fromWhere: '203.0.113.9' },
  ]);
});

test('who comes again, and who is refused, stands in the audit log with the reason and from where', async () => {
  const ada = await who((await enter('ada')).session);
  const { id = '' } = (await who((await enter('Grace')).session)) ?? {};
  await enter('ada');
  await enter('mallory');
  if (!ada) throw new Error('ada is out');
  await removeMember({ ...services, actor: ada }, { id });
  await enter('Grace');
  github.fail({ method: 'GET', path: /^\/orgs\/tea-makers\/members/, status: 403 });
  await enter('linus');
  const rows = await database.db.audit.findMany({ where: { action: { startsWith: 'sign-in' } }, orderBy: { id: 'asc' } });
  expect(rows.map(({ actor, action, why, fromWhere }) => [actor, action, why, fromWhere])).toEqual([
    ['ada', 'sign-in', 'with GitHub', '203.0.113.9'],
    ['mallory', 'sign-in.refused', 'neither AUTH_ALLOWED_USERS nor AUTH_ALLOWED_ORGS lets this account in', '203.0.113.9'],
    ['Grace', 'sign-in.refused', 'an admin removed this account', '203.0.113.9'],
    ['linus', 'sign-in.refused', 'GitHub does not show whether this account belongs to the organisation', '203.0.113.9'],
  ]);
});

test('GitHub’s way in ends at the page that was asked for, and at no other site', async () => {
  const enterFor = async (way: string) => {
    const { to, cookie } = await pressButton(`factory_way_back=${encodeURIComponent(way)}`);
    return (await comeBack(await agree(to, 'ada'), cookie)).to;
  };
  expect(await enterFor('/work/abc?line=7&q=a%20b')).toBe(`${HOME}/work/abc?line=7&q=a%20b`);
  for (const way of ['//evil.example', 'https://evil.example', '/\\evil.example', '@evil.example']) expect(await enterFor(way)).toBe(`${HOME}/`);
});

test('two who enter an empty factory at the same moment: one of them is admin', async () => {
  const both = await Promise.all([enter('ada'), enter('linus')]);
  const roles = await Promise.all(both.map(async ({ session }) => (await who(session))?.role));
  expect(roles.sort()).toEqual(['admin', 'member']);
});

test('an outsider is sent back with a word that the page has a sentence for, and is nobody here', async () => {
  expect(await enter('mallory')).toMatchObject({ to: `${HOME}/sign-in?refused=outsider`, session: null });
  expect(await database.db.user.count()).toBe(0);
});

test('a silent GitHub is said to be silent; one that hides who belongs to the organisation too; nobody is let in for it', async () => {
  github.fail({ method: 'GET', path: /^\/orgs\/tea-makers\/members/, status: 500 });
  expect(await enter('linus')).toMatchObject({ to: `${HOME}/sign-in?refused=unavailable`, session: null });
  github.fail({ method: 'GET', path: /^\/orgs\/tea-makers\/members/, status: 403 });
  expect(await enter('linus')).toMatchObject({ to: `${HOME}/sign-in?refused=hidden`, session: null });
  expect(await database.db.user.count()).toBe(0);
});

test('who was removed stays out, though GitHub says that he may enter', async () => {
  const ada = await who((await enter('ada')).session);
  const grace = await enter('Grace');
  const { id = '' } = (await who(grace.session)) ?? {};
  if (!ada) throw new Error('ada is out');
  await removeMember({ ...services, actor: ada }, { id });
  expect(await who(grace.session)).toBeNull();
  expect(await enter('Grace')).toMatchObject({ to: `${HOME}/sign-in?refused=removed`, session: null });
});

test('who has left the organisation is out everywhere once he tries to enter again, and in again when he is back', async () => {
  await enter('ada');
  const linus = await enter('linus');
  const leaves = (status: number) => github.fail({ method: 'GET', path: /^\/orgs\/tea-makers\/members\/linus$/, status });
  // GitHub that fails, or hides its answer, has not said that he left.
  for (const [status, word] of [
    [500, 'unavailable'],
    [403, 'hidden'],
  ] as const) {
    leaves(status);
    expect(await enter('linus')).toMatchObject({ to: `${HOME}/sign-in?refused=${word}`, session: null });
    expect(await who(linus.session)).toMatchObject({ name: 'linus' });
  }
  leaves(404);
  expect(await enter('linus')).toMatchObject({ to: `${HOME}/sign-in?refused=outsider`, session: null });
  expect(await who(linus.session)).toBeNull();
  const left = { actor: 'linus', action: 'member.left', fromWhere: '203.0.113.9' };
  expect(await database.db.audit.findMany({ where: { action: 'member.left' } })).toMatchObject([left]);
  expect(await who((await enter('linus')).session)).toMatchObject({ name: 'linus', role: 'member' });
});

test('a session of GitHub lives a week: then GitHub is asked again', async () => {
  const { session } = await enter('ada');
  const after = (days: number) => authenticateSession(database.db, session ?? '', { localMode: false, now: new Date(Date.now() + days * 86_400_000) });
  expect(await after(6.9)).toMatchObject({ name: 'ada' });
  expect(await after(7)).toBeNull();
});

test('over https every cookie stays on https, and those of the dance with GitHub say so in their names', async () => {
  const HTTPS = 'https://localhost:3000';
  const before = services;
  if (!services.signIn) throw new Error('not configured');
  const secure = { ...services, appUrl: HTTPS, signIn: { ...services.signIn, appUrl: HTTPS } };
  (globalThis as { factoryServices?: WebServices }).factoryServices = secure;
  try {
    const begun = await begin(
      new Request(`${HTTPS}/api/sign-in/github`, {
        method: 'POST',
        headers: { host: 'localhost:3000', 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      }),
    );
    const cookies = begun.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(1);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Secure-authjs\.(state|pkce\.code_verifier|callback-url)=|^__Host-authjs\.csrf-token=/);
      expect(cookie).toMatch(/; HttpOnly/);
      expect(cookie).toMatch(/; Secure/);
    }
    const address = /href="([^"]+)"/.exec(await begun.text())?.[1]?.replaceAll('&#38;', '&') ?? '';
    const inside = await comeBack(await agree(new URL(address), 'ada'), pairs(cookies));
    expect(inside.to).toBe(`${HTTPS}/`);
    const session = inside.cookies.find((each) => each.startsWith('factory_session='));
    expect(session).toMatch(/; HttpOnly/);
    expect(session).toMatch(/; Secure/);
    expect(session).toMatch(/; SameSite=Lax/);
    expect(await who(inside.session)).toMatchObject({ name: 'ada' });
    // The way out clears it under the same terms.
    const out = await signOut(
      new Request(`${HTTPS}/api/sign-out`, {
        method: 'POST',
        headers: {
          host: 'localhost:3000',
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
          cookie: `factory_session=${inside.session}`,
        },
      }),
    );
    expect(out.headers.get('set-cookie')).toMatch(/^factory_session=; .*Max-Age=0; Secure$/);
  } finally {
    (globalThis as { factoryServices?: WebServices }).factoryServices = before;
  }
});

test('a callback that this browser did not begin opens nothing: no state, another state, a code spent twice', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const refused = { session: null, to: expect.stringContaining('/sign-in?error=') as string };
  const first = await pressButton();
  const back = await agree(first.to, 'ada');
  expect(await comeBack(back, '')).toMatchObject(refused);
  const victim = await pressButton();
  expect(await comeBack(back, victim.cookie)).toMatchObject(refused);
  expect(await comeBack(back, first.cookie)).toMatchObject({ to: `${HOME}/` });
  expect(await comeBack(back, first.cookie)).toMatchObject(refused);
  expect(log.mock.calls).toHaveLength(3);
  expect(JSON.stringify(log.mock.calls)).not.toContain(back.searchParams.get('code') ?? '');
  log.mockRestore();
});

test('entering while somebody else is signed in here changes the person, and joins no accounts', async () => {
  const ada = await enter('ada');
  const grace = await enter('Grace', `factory_session=${ada.session}`);
  expect(await who(grace.session)).toMatchObject({ name: 'Grace' });
  expect(await who(ada.session)).toMatchObject({ name: 'ada' });
});

test('a page of another site cannot begin a sign-in, nor can a body of plain text', async () => {
  const post = (headers: Record<string, string>) =>
    begin(new Request(`${HOME}/api/sign-in/github`, { method: 'POST', headers: { host: 'localhost:3000', ...headers } }));
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post({ ...form, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post({ 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' })).status).toBe(415);
});
