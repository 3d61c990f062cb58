import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import type { WorkItemView } from '../../server/contracts/rest.ts';

const AGENT = join(import.meta.dirname, '../agents/one-task.mjs');

let factory: Factory;
let repo: string;
let gate: string;
let running: string;
let waiting: string;
let cookie: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({
    env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}`, MAX_WORKERS: '1', COOLDOWN_SECONDS: '0', METRICS: 'loopback' },
  });
  cookie = await signIn(factory);
  gate = join(factory.dataDir, 'gate');
  repo = createBareRepository();
  running = await submit({ title: 'Offer tea', spec: `- [ ] Create a.txt\n- [ ] Draft b.txt after ${gate}\n- [ ] Create c.txt`, verify: 'true' });
  await until('the first box', async () => (await read(running)).tasks.done === 1);
  waiting = await submit({ title: 'Offer milk', spec: '- [ ] Create milk.txt', verify: 'true', priority: 'low' });
});
test.afterAll(() => factory?.stop());

async function submit(fields: object): Promise<string> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, ...fields }) });
  return ((await answer.json()) as WorkItemView).id;
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;

test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
});

async function expectFits(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 800 });
}

for (const [path, shows] of [
  ['/work?view=board', 'Offer milk'],
  ['/workers', 'Offer tea'],
  ['/metrics', 'Queue wait, median'],
  ['/settings/limits', 'Workers at once'],
  ['/settings/members', 'Nobody has signed in with GitHub yet'],
  ['/settings/tokens', 'Make it'],
  ['/settings/audit', 'submitted by'],
] as const) {
  test(`${path} shows what is true, fits a phone and can be used by everyone`, async ({ page }) => {
    await page.goto(factory.url + path);
    await expect(page.getByText(shows).first()).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
  });
}

test('a screen comes with what it shows, as the address asks, and a browser of another language and time agrees with it', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-DE', timezoneId: 'Asia/Tokyo' });
  const page = await context.newPage();
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: factory.url }]);
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(`${message.location().url} ${message.text()}`)));
  page.on('pageerror', (error) => complaints.push(error.message));
  const machine = await (await fetch(`${factory.url}/settings/health`, { headers: { cookie } })).text();
  expect(machine).toContain(hostname());
  for (const [path, shows, hides] of [
    ['/work?q=milk', 'Offer milk', 'Offer tea'],
    [`/work/${running}`, 'Create c.txt', 'Offer milk'],
    ['/metrics?period=day', 'Work items that ended, by <!-- -->hour', 'aria-label="Loading"'],
    ['/learnings', 'Nothing was learnt yet.', 'aria-label="Loading"'],
  ] as const) {
    const html = await (await fetch(factory.url + path, { headers: { cookie, accept: 'text/html' } })).text();
    const shown = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
    expect(shown).toContain(shows);
    expect(shown).not.toContain(hides);
    await page.goto(factory.url + path);
    await expect(page.getByText(shows.replace('<!-- -->', '')).first()).toBeVisible();
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test('at the address of the metrics page Prometheus reads figures, with a token, and a page is a page', async ({ page }) => {
  const scrape = await factory.api('/metrics', {
    headers: { accept: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1' },
  });
  expect(scrape.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await scrape.text()).toContain('factory_workers_max 1\n');
  const passedOn = await factory.api('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect([passedOn.status, (await fetch(`${factory.url}/metrics`)).status]).toEqual([403, 401]);
  // By a link within the app, too, it is the page.
  await page.goto(`${factory.url}/work`);
  await page.getByRole('navigation').getByRole('link', { name: 'Metrics' }).click();
  await expect(page.getByText('Queue wait, median')).toBeVisible();
});

test('the board has each item in the column of its state; filters stand in the address', async ({ page }) => {
  await page.goto(`${factory.url}/work`);
  await page.getByRole('button', { name: 'Board' }).click();
  await expect(page.getByRole('region', { name: 'Running' }).getByRole('link')).toHaveText(['Offer tea']);
  await expect(page.getByRole('region', { name: 'Waiting' }).getByText('1 of 1 workers are busy')).toBeVisible();
  const wide = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 390, height: 844 });
  // On a phone one column is below the other, and nothing is beside the screen.
  for (const name of ['Waiting', 'Running', 'Done']) {
    const box = await page.getByRole('region', { name, exact: true }).boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);
  }
  await page.setViewportSize(wide);
  await page.getByLabel('Priority').selectOption('low');
  await expect(page).toHaveURL(/view=board.*priority=low/);
  await expect(page.getByRole('region', { name: 'Running' }).getByRole('link')).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('region', { name: 'Waiting' }).getByRole('link')).toHaveText(['Offer milk']);
});

test('a priority is changed in the list, and taken back', async ({ page }) => {
  await page.goto(`${factory.url}/work`);
  await page.getByLabel('Priority of Offer milk').selectOption('critical');
  await until('the new priority', async () => (await read(waiting)).priority === 'critical');
  await page.getByRole('button', { name: 'Undo' }).click();
  await until('the old priority', async () => (await read(waiting)).priority === 'low');
});

test('a worker is looked at: its vitals are the engine’s, its log is its own', async ({ page }) => {
  await page.goto(`${factory.url}/workers`);
  await page.getByRole('link', { name: 'Offer tea' }).click();
  await expect(page).toHaveURL(/\/workers\/[a-z0-9]{12}$/);
  await expect(page.getByText(/^\d+ MB$/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^\d+ %$/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('log')).toContainText('Iteration 2');
  await expectAccessible(page);
});

test('a message is sent, and is read by the next iteration; a pause keeps what is there, and work goes on', async ({ page }) => {
  await page.goto(`${factory.url}/work/${running}`);
  await page.getByLabel('Message to the worker').fill('Mind the old printer.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('not read yet')).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByText('paused', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  writeFileSync(gate, '');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText(/read in iteration \d/)).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText('completed', { exact: true }).first()).toBeVisible({ timeout: 120_000 });

  // The run that was paused and the one that went on, side by side.
  await page.getByRole('link', { name: 'Compare runs' }).click();
  await expect(
    page
      .getByRole('row')
      .filter({ hasText: 'yielded' })
      .getByRole('link', { name: /^Changes of run 1/ }),
  ).toContainText(/\+\d+ −0$/);
  await expect(
    page
      .getByRole('row')
      .filter({ hasText: 'verified' })
      .getByRole('link', { name: /^Changes of run 2/ }),
  ).toContainText(/\+\d+ −0$/);
  await expect(page.getByRole('region', { name: 'Iterations of run 2' })).toBeVisible();

  await page.getByRole('link', { name: 'History' }).click();
  const acts = page.getByRole('list', { name: 'History' }).getByRole('listitem');
  await expect(acts.filter({ hasText: 'local wrote to the worker' })).toContainText('Mind the old printer.');
  await expect(acts.filter({ hasText: 'local moved it paused → queued' })).toBeVisible();
  await expect(acts.last()).toContainText('submitted it');
  await expectAccessible(page);
});

test('the factory is paused and resumed; a limit is changed and given back', async ({ page }) => {
  await page.goto(`${factory.url}/settings/limits`);
  await page.getByRole('textbox', { name: 'Workers at once' }).fill('-3');
  await page.getByRole('button', { name: 'Save Workers at once' }).click();
  await expect(page.getByRole('textbox', { name: 'Workers at once' })).toHaveAccessibleDescription('It must be 0 or more.');
  await page.getByRole('textbox', { name: 'Workers at once' }).fill('2');
  await page.getByRole('button', { name: 'Save Workers at once' }).click();
  await expect(page.getByText(/set by local.*the environment says 1/)).toBeVisible();
  // A colleague changes it while one types: the words say so, and what is typed stays.
  await page.getByRole('textbox', { name: 'Workers at once' }).fill('45');
  await factory.sql(`UPDATE setting SET value = '3', by = 'Bob' WHERE key = 'maxWorkers'`);
  await expect(page.getByText(/set by Bob/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Workers at once' })).toHaveValue('45');
  await factory.sql(`UPDATE setting SET value = '2' WHERE key = 'maxWorkers'`);
  await page.getByLabel('Why').fill('moving house');
  await page.getByRole('button', { name: 'Pause the factory' }).click();
  await expect(page.getByText(/paused the factory .*moving house/)).toBeVisible();
  const id = await submit({ title: 'Held back', spec: '- [ ] Create held.txt', verify: 'true' });
  await until('the reason', async () => (await read(id)).waitingReason?.includes('moving house') === true);
  await page.getByRole('button', { name: 'Resume the factory' }).click();
  await until('the item to be done', async () => (await read(id)).state === 'completed');
  await page.getByRole('button', { name: 'Workers at once: back to the environment’s' }).click();
  await expect(page.getByText('from the environment (MAX_WORKERS)')).toBeVisible();
});

test('a token is made, shown once, works, and is revoked; the audit log has it', async ({ page }) => {
  await page.goto(`${factory.url}/settings/tokens`);
  await page.getByLabel('Name').fill('ci');
  await page.getByLabel('Scope').selectOption('read');
  await page.getByRole('button', { name: 'Make it' }).click();
  const token = await page.getByRole('status').locator('code').innerText();
  const ask = (method: string) =>
    fetch(`${factory.url}/api/work`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } });
  expect((await ask('GET')).status).toBe(200);
  expect((await ask('POST')).status).toBe(400); // no body; a good one would be refused
  const post = await fetch(`${factory.url}/api/work`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ repo, spec: '- [ ] x' }),
  });
  expect(post.status).toBe(403);
  await page.reload();
  await expect(page.getByText(token)).toHaveCount(0);
  await page.getByRole('button', { name: 'Revoke ci' }).click();
  await page.getByRole('button', { name: 'Really revoke ci' }).click();
  await expect(page.getByText(/^revoked \d/)).toBeVisible();
  expect((await ask('GET')).status).toBe(401);
  await page.goto(`${factory.url}/settings/audit`);
  await page.getByLabel('Who', { exact: true }).fill('local');
  await expect(page.getByRole('listitem').filter({ hasText: 'revoked an API token' })).toBeVisible();
  await expect(page).toHaveURL(/\?who=local$/);
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'revoked an API token' });
  await expect(page).toHaveURL(/\/settings\/audit\?who=local&what=token\.revoked$/);
  await page.reload();
  await expect(page.getByLabel('Who', { exact: true })).toHaveValue('local');
  await expect(page.getByRole('listitem')).toHaveCount(1);
  // What is done meanwhile comes by itself; where it does not come, that is said.
  await factory.sql(`INSERT INTO audit (actor, action, why) VALUES ('local', 'token.revoked', 'token “other”')`);
  await expect(page.getByRole('listitem').filter({ hasText: 'other' })).toBeVisible();
  await page.route('**/api/trpc/**', (route) => route.abort());
  await expect(page.getByText('This could not be read again')).toBeVisible();
});

test('a budget that is changed holds for what runs; a retry begins a new allowance, and that is what is shown', async ({ page }) => {
  const held = join(factory.dataDir, 'held');
  const id = await submit({
    title: 'Spend',
    spec: `- [ ] Create p.txt\n- [ ] Draft q.txt after ${held}\n- [ ] Create r.txt`,
    verify: 'true',
    priority: 'critical',
  });
  await until('the first box', async () => (await read(id)).tasks.done === 1);
  await page.goto(`${factory.url}/work/${id}`);
  await page.getByRole('button', { name: 'Change budgets' }).click();
  await page.getByLabel('Iterations at most').fill('2');
  // A colleague raises the other one meanwhile: what was not touched here is not put back.
  await factory.api(`/api/work/${id}`, { method: 'PATCH', body: JSON.stringify({ maxUsd: 77 }) });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('$77.00').first()).toBeVisible();
  await expect(page.getByText('2 of 2', { exact: true })).toBeVisible();
  writeFileSync(held, '');
  await expect(page.getByText('all 2 iterations of this work item are used').first()).toBeVisible({ timeout: 60_000 });
  // The log says so before the run has ended.
  await until('the item to be stuck', async () => (await read(id)).state === 'stuck');
  expect((await read(id)).tasks).toEqual({ done: 2, total: 3 });
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect(page.getByText('completed', { exact: true }).first()).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText('1 of 2', { exact: true })).toBeVisible();
  await expect(page.getByText(/^3 iterations, /)).toBeVisible();
});

test('keys alone lead from the sign-in to a cancelled item', async ({ page }) => {
  const id = await submit({ title: 'Cancel me', spec: `- [ ] Create z.txt after ${gate}.never` });
  await page.context().clearCookies();
  const [link = ''] = (await factory.cli('login-link')).split('\n');
  await page.goto(link);
  const enter = page.getByRole('button', { name: 'Sign in' });
  await tabTo(page, enter);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  // The page shows before it listens.
  await expect(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await expect(page).toHaveURL(/\/work/, { timeout: 1_000 });
  }).toPass();
  await expect(page.getByRole('link', { name: 'Cancel me' })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/work/${id}`));
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
  await expect(cancel).toBeVisible();
  await tabTo(page, cancel);
  await page.keyboard.press('Enter');
  await expect(page.getByText('cancelled', { exact: true }).first()).toBeVisible();
});

async function tabTo(page: Page, button: Locator): Promise<void> {
  await expect(button).toBeVisible();
  for (let tabs = 0; tabs < 40 && !(await button.evaluate((each) => each === document.activeElement)); tabs++) await page.keyboard.press('Tab');
  await expect(button).toBeFocused();
}
