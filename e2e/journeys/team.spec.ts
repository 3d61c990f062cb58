import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, expect, type Page, test } from '../journey.ts';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { expectAccessible } from '../accessible.ts';
import { removeFactory } from '../engine-sweep.ts';
import { type Factory, freePort, startFactory, until } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';

// A team at one factory: who enters, who does not, and who is removed while he watches.
test.describe.configure({ mode: 'serial' });

const AGENT = join(import.meta.dirname, '../agents/ticker.mjs');
/** Far less than the 30 s after which a stream asks by itself whether its viewer may still look. */
const AT_ONCE_MS = 15_000;

let factory: Factory;
let github: GitHubStandIn;
let dataDir: string;
let gate: string;
/** A link of the days before the team, not spent. */
let oldLink: string;
let ada: Page;
let linus: Page;
let running: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(400_000);
  dataDir = mkdtempSync(join(tmpdir(), 'team-'));
  gate = join(dataDir, 'gate');
  const port = await freePort();
  const alone = await startFactory({ dataDir, port });
  oldLink = alone.signInUrl;
  await alone.stop();
  const oauthApp = { clientId: 'Iv1.factory', clientSecret: 'the-app-s-own-word', redirectUris: [`http://localhost:${port}/api/auth/callback/github`] };
  github = await startGitHub({
    repos: [{ owner: 'acme', name: 'shop' }],
    users: ['ada', 'linus', 'mallory'],
    orgs: { 'tea-makers': ['linus'], strangers: ['mallory'] },
    oauthApp,
  });
  factory = await startFactory({
    ...{ dataDir, port, team: { ...oauthApp, serverUrl: github.serverUrl, apiUrl: github.apiUrl, users: ['ada'], orgs: ['tea-makers'] } },
    env: { GITHUB_TOKEN: github.token, RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT} 0 ${gate}` },
  });
  ada = await newPerson(browser);
  linus = await newPerson(browser);
});
test.afterAll(async () => {
  if (gate) writeFileSync(gate, '');
  await ada?.context().close();
  await linus?.context().close();
  await factory?.stop();
  await github?.close();
  await removeFactory(dataDir);
});

/** A browser of somebody's own. */
async function newPerson(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}
/** From the sign-in screen over GitHub's page and back. */
async function signInAs(page: Page, login: string): Promise<void> {
  await page.goto(`${factory.url}/sign-in`);
  await onWithGitHub(page, login);
}
async function onWithGitHub(page: Page, login: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with GitHub' }).click();
  await expect(page).toHaveURL(new RegExp(`^${github.serverUrl}/login/oauth/authorize`));
  await page.getByRole('button', { name: login }).click();
}
async function sessionOf(context: BrowserContext): Promise<string | undefined> {
  return (await context.cookies(factory.url)).find(({ name }) => name === 'factory_session')?.value;
}
const alert = (page: Page) => page.locator('[role=alert]:not(#__next-route-announcer__)');

test('who comes is led to the sign-in screen, which has GitHub’s button and nothing else; the start printed no link and no token', async () => {
  await ada.goto(`${factory.url}/work?state=running`);
  await expect(ada).toHaveURL(`${factory.url}/sign-in?to=${encodeURIComponent('/work?state=running')}`);
  await expect(ada.getByRole('button')).toHaveText(['Sign in with GitHub']);
  await expectAccessible(ada);
  expect(factory.output()).not.toMatch(/link=|fct_/);
});

test('an outsider reads why he is not let in, and has no session', async ({ browser }) => {
  const mallory = await newPerson(browser);
  await signInAs(mallory, 'mallory');
  await expect(mallory).toHaveURL(`${factory.url}/sign-in?refused=outsider`);
  await expect(alert(mallory)).toHaveText(
    'This GitHub account may not enter this factory. Ask who runs it to add you, or sign in to GitHub with another account.',
  );
  await expectAccessible(mallory);
  expect(await sessionOf(mallory.context())).toBeUndefined();
  await mallory.goto(factory.url);
  await expect(mallory).toHaveURL(`${factory.url}/sign-in`);
  await mallory.context().close();
});

test('the first to enter is admin, though somebody was refused before him; the second is a member', async () => {
  // From the page that sent her here, over GitHub, back to what she had asked for.
  await onWithGitHub(ada, 'ada');
  await expect(ada).toHaveURL(`${factory.url}/work?state=running`);
  await expect(ada.getByText('ada, admin')).toBeVisible();
  await signInAs(linus, 'linus');
  await expect(linus).toHaveURL(`${factory.url}/`);
  await expect(linus.getByText('linus, member')).toBeVisible();
});

test('who is removed while he watches a live log is out at once: his page by its stream alone, and the stream itself', async () => {
  const body = JSON.stringify({ repo: 'acme/shop', title: 'Tick', spec: '- [ ] Tick', verify: 'true' });
  running = ((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id;
  await linus.goto(`${factory.url}/work/${running}`);
  await expect(linus.getByRole('log', { name: 'Live log' })).toContainText('tick', { timeout: 60_000 });
  // His page asks for nothing more: only the end of its stream can tell it.
  await linus.route(/\/api\/trpc\/(?!work\.events)/, (route) => route.abort());

  const cookie = `factory_session=${await sessionOf(linus.context())}`;
  const stream = watch(cookie);
  await until('lines on his stream', () => stream.text().includes('tick'));

  await ada.goto(`${factory.url}/settings/members`);
  await ada.getByRole('button', { name: 'Remove linus' }).click();
  await ada.getByRole('button', { name: 'Really remove linus' }).click();
  await expect(ada.getByRole('button', { name: 'Let in again: linus' })).toBeVisible();

  await until('the end of his stream', stream.ended, AT_ONCE_MS);
  expect(stream.text()).toMatch(/event: serialized-error\ndata: .*"code":"UNAUTHORIZED"/);
  await expect(linus).toHaveURL(`${factory.url}/sign-in?to=${encodeURIComponent(`/work/${running}`)}`, { timeout: AT_ONCE_MS });
  // The work goes on without him, and what he had opens nothing.
  expect(((await (await factory.api(`/api/work/${running}`)).json()) as WorkItemView).state).toBe('running');
  const again = watch(cookie);
  await until('the refusal', again.ended);
  expect(again.text()).not.toContain('tick');
  await signInAs(linus, 'linus');
  await expect(alert(linus)).toHaveText('An admin removed you from this factory. Ask an admin to let you in again.');
});

/** The log's stream as it is on the wire. */
function watch(cookie: string): { text: () => string; ended: () => boolean } {
  const input = encodeURIComponent(JSON.stringify({ json: { id: running, lastEventId: null } }));
  let text = '';
  let ended = false;
  const read = async () => {
    const answer = await fetch(`${factory.url}/api/trpc/work.events?input=${input}`, { headers: { cookie, accept: 'text/event-stream' } });
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    ended = true;
  };
  void read().catch((error: unknown) => (text += `\nbroken: ${String(error)}`)); // a broken stream is none that ended
  return { text: () => text, ended: () => ended };
}

test('Settings → Members names who is in and who is out; the last admin stays; who is let in again is in', async () => {
  await ada.reload();
  await expect(ada.getByRole('main').getByRole('listitem').filter({ hasText: 'ada' })).toBeVisible();
  await expectAccessible(ada);
  await ada.getByRole('button', { name: 'Remove ada' }).click();
  await ada.getByRole('button', { name: 'Really remove ada' }).click();
  await expect(ada.getByText('This is the last admin: make somebody else an admin first.')).toBeVisible();
  await ada.getByRole('button', { name: 'Let in again: linus' }).click();
  await expect(ada.getByRole('button', { name: 'Remove linus' })).toBeVisible();
  await expectAccessible(ada);
  await linus.unrouteAll();
  await signInAs(linus, 'linus');
  await expect(linus.getByText('linus, member')).toBeVisible();
});

test('a role holds from the next request on, and is the same when who had it is let in again', async () => {
  await ada.getByLabel('Role of linus').selectOption('viewer');
  await expect(ada.getByText('Role changed.')).toBeVisible();
  await linus.reload();
  await expect(linus.getByText('linus, viewer')).toBeVisible();
  await expect(linus.getByRole('link', { name: 'New work' })).toHaveCount(0);
  await ada.getByRole('button', { name: 'Remove linus' }).click();
  await ada.getByRole('button', { name: 'Really remove linus' }).click();
  await ada.getByRole('button', { name: 'Let in again: linus' }).click();
  await expect(ada.getByLabel('Role of linus')).toHaveValue('viewer');
  await ada.getByLabel('Role of linus').selectOption('member');
  await expect(ada.getByLabel('Role of linus')).toHaveValue('member');
  await signInAs(linus, 'linus');
  await expect(linus.getByText('linus, member')).toBeVisible();
  await expect(linus.getByRole('link', { name: 'New work' })).toBeVisible();
});

test('a link from before the team opens nothing; one that is asked for on the machine lets in who locked himself out', async ({ browser }) => {
  const machine = await newPerson(browser);
  await machine.goto(oldLink);
  await machine.getByRole('button', { name: 'Sign in' }).click();
  await expect(alert(machine)).toHaveText('This sign-in link was used already or is over 15 minutes old.');
  expect(await sessionOf(machine.context())).toBeUndefined();

  const [link = ''] = (await factory.cli('login-link')).split('\n');
  expect(link).toContain(`${factory.url}/sign-in?link=`);
  await machine.goto(link);
  await machine.getByRole('button', { name: 'Sign in' }).click();
  await expect(machine).toHaveURL(`${factory.url}/`);
  await machine.goto(`${factory.url}/settings/members`);
  await expect(machine.getByRole('button', { name: 'Remove linus' })).toBeVisible();

  // The team's admin sees that somebody came that way, and ends it.
  await ada.goto(`${factory.url}/settings/members`);
  await ada.getByRole('button', { name: 'Remove local, by a sign-in link' }).click();
  await ada.getByRole('button', { name: 'Really remove local, by a sign-in link' }).click();
  await expect(ada.getByText('local, by a sign-in link')).toBeHidden();
  await machine.goto(`${factory.url}/settings/members`);
  await expect(machine).toHaveURL(`${factory.url}/sign-in?to=${encodeURIComponent('/settings/members')}`);
  await machine.context().close();
  await ada.goto(`${factory.url}/settings/audit`);
  for (const act of ['made a link to sign in, on the machine', 'ended what a link of the machine had opened', 'was not let in'])
    await expect(ada.getByRole('listitem').filter({ hasText: act }).first()).toBeVisible();
});
