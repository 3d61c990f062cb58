import { type BrowserContext, expect, type Page, type Route, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { hashSecret, newSecret } from '../../server/db/ids.ts';
import type { WorkItemView } from '../../server/contracts/rest.ts';

// Nothing runs: what a person does to what waits and what has stopped is looked at, each journey with items of its own.
let factory: Factory;
let repo: string;
let cookie: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: 'true', MAX_WORKERS: '0' } });
  repo = createBareRepository();
  cookie = await signIn(factory);
});
test.afterAll(() => factory?.stop());
test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
});

const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
async function submit(title: string, fields: object = {}): Promise<string> {
  const body = JSON.stringify({ repo, title, spec: '- [ ] Create a.txt\n- [ ] Create b.txt', ...fields });
  return ((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id;
}
const pause = (id: string) => factory.api(`/api/work/${id}/pause`, { method: 'POST', body: '{}' });
const open = (page: Page, word: string) => page.goto(`${factory.url}/work?q=${encodeURIComponent(word)}`);
const rowOf = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected items' });

/** Requests of a procedure wait until they are let go on or are cut off. */
async function hold(page: Page, procedure: string) {
  const held: Route[] = [];
  const pattern = `**/api/trpc/*${procedure}*`;
  await page.route(pattern, (route) => void held.push(route));
  const end = (each: (route: Route) => Promise<void>) => async () => {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    await Promise.all(held.map(each));
    await page.unroute(pattern);
  };
  return { goOn: end((route) => route.continue()), cutOff: end((route) => route.abort()) };
}

test('a cancel is shown at once, and its undo gives back what was: a paused item is paused', async ({ page }) => {
  const id = await submit('Undo me');
  await pause(id);
  await open(page, 'Undo me');
  const row = rowOf(page, 'Undo me');
  await row.getByRole('link', { name: 'Undo me' }).click();
  await expect(page.getByText('paused by', { exact: false }).first()).toBeVisible();
  const held = await hold(page, 'work.cancel');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByText('cancelled', { exact: true })).toBeVisible();
  expect((await read(id)).state).toBe('paused');
  await held.goOn();
  await expect.poll(async () => (await read(id)).state).toBe('cancelled');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page.getByText('Undone: it is paused again.')).toBeVisible();
  expect(await read(id)).toMatchObject({ state: 'paused', stateReason: expect.stringMatching(/^paused by /), endedAt: null });
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
});

test('a diff that takes its time holds up no button of what was done meanwhile', async ({ page }) => {
  const id = await submit('Slow diff');
  const held = await hold(page, 'work.changes');
  await page.goto(`${factory.url}/work/${id}?view=changes`);
  await expect(page.getByText('queued', { exact: true }).first()).toBeVisible();
  await page.getByLabel('Priority of Slow diff').selectOption('low');
  await expect.poll(async () => (await read(id)).priority).toBe('low');
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeEnabled();
  await expect(page.getByLabel('Priority of Slow diff')).toBeEnabled();
  await held.goOn();
});

test('a cancel and a priority that are refused are taken back with a word', async ({ page }) => {
  const id = await submit('Refuse me');
  await open(page, 'Refuse me');
  const row = rowOf(page, 'Refuse me');
  let held = await hold(page, 'work.cancel');
  await row.getByRole('button', { name: 'Cancel Refuse me' }).click();
  await expect(row.getByText('cancelled', { exact: true })).toBeVisible();
  await held.cutOff();
  await expect(page.getByText('Not cancelled. “Refuse me”: The factory does not answer.')).toBeVisible();
  await expect(row.getByText('queued', { exact: true })).toBeVisible();
  held = await hold(page, 'work.change');
  await page.getByLabel('Priority of Refuse me').selectOption('low');
  await expect(page.getByLabel('Priority of Refuse me')).toHaveValue('low');
  await held.cutOff();
  await expect(page.getByText('Not changed. “Refuse me”: The factory does not answer.')).toBeVisible();
  await expect(page.getByLabel('Priority of Refuse me')).toHaveValue('medium');
  expect(await read(id)).toMatchObject({ state: 'queued', priority: 'medium' });
});

test('many are changed at once with one undo; what is refused stays selected, and why is said', async ({ page }) => {
  const ids = [await submit('Bulk one'), await submit('Bulk two', { priority: 'low' }), await submit('Bulk three')];
  const [one = '', two = '', three = ''] = ids;
  await pause(two);
  const states = async () => (await Promise.all(ids.map(read))).map((item) => item.state);
  const priorities = async () => (await Promise.all(ids.map(read))).map((item) => item.priority);
  await open(page, 'Bulk');
  await expect(page.getByRole('checkbox', { name: /^Select Bulk/ })).toHaveCount(3);
  for (const title of ['one', 'two', 'three']) await page.getByLabel(`Select Bulk ${title}`).check();
  await expect(bar(page)).toContainText('3 selected');
  await expectAccessible(page);

  await bar(page).getByLabel('Priority of the selected').selectOption('critical');
  await expect(page.getByText('Priority of 3: critical')).toBeVisible();
  await expect.poll(priorities).toEqual(['critical', 'critical', 'critical']);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(priorities).toEqual(['medium', 'low', 'medium']);

  for (const title of ['one', 'two', 'three']) await page.getByLabel(`Select Bulk ${title}`).check();
  // One of them is done by the time that the cancel arrives.
  const held = await hold(page, 'work.cancel');
  await bar(page).getByRole('button', { name: 'Cancel 3' }).click();
  await expect(page.getByRole('table').getByText('cancelled', { exact: true })).toHaveCount(3);
  await factory.sql(`UPDATE work_item SET state = 'completed' WHERE id = $1`, [three]);
  await held.goOn();
  await expect(page.getByText('1 of 3 not cancelled. “Bulk three”: It cannot be cancelled: it is completed.')).toBeVisible();
  await expect(bar(page)).toContainText('1 selected');
  await expect(page.getByLabel('Select Bulk three')).toBeChecked();
  expect(await states()).toEqual(['cancelled', 'cancelled', 'completed']);
  await page.getByRole('listitem').filter({ hasText: '2 cancelled.' }).getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(states).toEqual(['queued', 'paused', 'completed']);
  await expect(page.getByText('Undone: 2 are back.')).toBeVisible();
  expect((await read(one)).priority).toBe('medium');
});

test('the keys stay on their item though others arrive above it; x selects it, Enter opens it', async ({ page }) => {
  await submit('Keyed below');
  const id = await submit('Keyed above');
  await open(page, 'Keyed');
  const current = page.locator('tr[data-current]');
  await expect(rowOf(page, 'Keyed below')).toBeVisible();
  // The first one, however often it is pressed.
  await expect(async () => {
    await page.keyboard.press('k');
    await expect(current).toContainText('Keyed above', { timeout: 1_000 });
  }).toPass();
  await submit('Keyed newest');
  await expect(rowOf(page, 'Keyed newest')).toBeVisible();
  await expect(current).toContainText('Keyed above');
  await page.keyboard.press('x');
  await expect(page.getByLabel('Select Keyed above')).toBeChecked();
  await expect(bar(page)).toContainText('1 selected');
  await page.keyboard.press('k');
  await expect(current).toContainText('Keyed newest');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${factory.url}/work/${id}`);
  await expect(page.getByRole('searchbox', { name: 'Search' })).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search' })).toBeFocused();
  await page.getByRole('searchbox', { name: 'Search' }).blur();
  await page.keyboard.press('c');
  await expect(page).toHaveURL(`${factory.url}/work/new`);
});

test('on the board the keys act on no row that is not seen', async ({ page }) => {
  await submit('Boarded');
  await page.goto(`${factory.url}/work?q=Boarded&view=board`);
  await expect(page.getByRole('region', { name: 'Waiting' }).getByRole('link')).toHaveText(['Boarded']);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page).toHaveURL(/view=board/);
});

test('a search asks for no page; a filter keeps what is being typed, and a link to all work empties the box', async ({ page }) => {
  await submit('Searched', { priority: 'low' });
  await submit('Searched too', { priority: 'high' });
  await page.goto(`${factory.url}/work`);
  const box = page.getByRole('searchbox', { name: 'Search' });
  const pages: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/work' && url.searchParams.has('q')) pages.push(request.url());
  });
  await box.pressSequentially('searched');
  await page.getByLabel('Priority', { exact: true }).selectOption('low');
  await expect(page).toHaveURL(/q=searched/);
  await expect(page).toHaveURL(/priority=low/);
  await expect(box).toHaveValue('searched');
  await expect(page.getByRole('link', { name: 'Searched', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Searched too' })).toHaveCount(0);
  expect(pages).toEqual([]);
  await box.fill('x'.repeat(201));
  await expect(box).toHaveAccessibleDescription('This is too long to search for: at most 200 characters are taken.');
  await expect(page.getByText('not understood')).toHaveCount(0);
  await box.fill('searched');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Work', exact: true }).click();
  await expect(page).toHaveURL(`${factory.url}/work`);
  await expect(box).toHaveValue('');
  await expect(page.getByRole('link', { name: 'Searched too' })).toBeVisible();
  const states = await page.getByLabel('State', { exact: true }).getByRole('option').allTextContents();
  expect(states).toContain('queued');
  expect(states).not.toContain('draft');
  // An address that somebody wrote by hand asks for what can be asked.
  await page.goto(`${factory.url}/work?q=${'x'.repeat(300)}`);
  await expect(box).toHaveAccessibleDescription(/too long/);
  await expect(page.getByText('not understood')).toHaveCount(0);
});

test('of more than a page the board counts all, and the table shows more when it is asked to', async ({ page }) => {
  await factory.sql(
    `INSERT INTO work_item (id, source, source_id, repo, repo_kind, clone_url, title, original_spec, spec, tasks_total, state, max_iterations, max_usd, created_by)
     SELECT 'many' || n, 'api', 'many' || n, 'acme/many', 'github', 'https://github.com/acme/many', 'Many ' || n, '- [ ] x', '- [ ] x', 1, 'cancelled', 1, 1, 'test'
     FROM generate_series(1, 130) n`,
  );
  await open(page, 'acme/many');
  await expect(page.getByRole('checkbox', { name: /^Select Many/ })).toHaveCount(100);
  await page.getByRole('button', { name: 'Board' }).click();
  await expect(page.getByRole('region', { name: 'Done' }).getByRole('heading')).toHaveText('Done 130');
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(page.getByRole('checkbox', { name: /^Select Many/ })).toHaveCount(130);
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
});

test('a message that is being written is kept: over a reload, over its item’s end, while another is sent, and when it is too long', async ({ page }) => {
  const id = await submit('Write to me');
  await page.goto(`${factory.url}/work/${id}`);
  const box = page.getByLabel('Message to the worker');
  const long = `${'x'.repeat(4_000)}abc`;
  await box.fill(long);
  await expect(box).toHaveValue(long);
  await expect(box).toHaveAccessibleDescription('It is 3 characters too long: 4,000 are taken.');
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await box.fill('Mind the tea.');
  await page.reload();
  await expect(box).toHaveValue('Mind the tea.');
  const held = await hold(page, 'work.message');
  await page.getByRole('button', { name: 'Send' }).click();
  await box.press('End');
  await box.pressSequentially(' And the milk.');
  await held.goOn();
  await expect(page.getByText('Mind the tea.', { exact: true })).toBeVisible();
  await expect(box).toHaveValue('And the milk.');
  await factory.sql(`UPDATE work_item SET state = 'completed' WHERE id = $1`, [id]);
  await expect(box).toHaveAccessibleDescription(/^Nobody would read it: it is completed\. What you wrote is kept/);
  await expect(box).toHaveValue('And the milk.');
  await expectAccessible(page);
  await box.fill('');
  await expect(box).toHaveCount(0);
});

test('the item says where it came from, what it waits for, and which commands and branch hold for it', async ({ page }) => {
  const blocker = await submit('Comes first');
  const id = await submit('Comes second', { verify: 'npm test', sourceUrl: 'https://example.com/ask/7', blockedBy: [blocker] });
  await page.goto(`${factory.url}/work/${id}`);
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts.getByRole('link', { name: 'https://example.com/ask/7' })).toHaveAttribute('href', 'https://example.com/ask/7');
  await expect(facts).toContainText('npm test this item’s own');
  await expect(facts).toContainText('the remote’s default');
  await expect(page.getByText(/waits for “Comes first”/)).toBeVisible();
  await expectAccessible(page);
  // It waits already: nothing can be paused or shown that could only be refused.
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open a draft PR' })).toHaveCount(0);
  await page.getByRole('link', { name: '“Comes first”' }).click();
  await expect(page).toHaveURL(`${factory.url}/work/${blocker}`);
  await expect(page.getByRole('region', { name: 'Facts' })).toContainText('none: the result will not be verified');
});

test('a budget that is none is said beside its field; Retry fresh begins anew; no draft is offered where none can be', async ({ page }) => {
  const id = await submit('Fail me');
  await factory.sql(`UPDATE work_item SET state = 'failed', job_id = NULL, branch = 'b', base_commit = $2, head_commit = $3, tasks_done = 1 WHERE id = $1`, [
    id,
    'a'.repeat(40),
    'b'.repeat(40),
  ]);
  await page.goto(`${factory.url}/work/${id}`);
  await page.getByRole('button', { name: 'Change budgets' }).click();
  await page.getByLabel('Iterations at most').fill('');
  await page.getByLabel('USD at most').fill('-1');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Iterations at most')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Iterations at most')).toHaveAccessibleDescription('A whole number from 1 to 1000.');
  await expect(page.getByLabel('USD at most')).toHaveAccessibleDescription(/^A figure above 0/);
  await expectAccessible(page);
  await page.getByLabel('Iterations at most').fill('7');
  await page.getByLabel('USD at most').fill('2.50');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('0 of 7')).toBeVisible();
  expect(await read(id)).toMatchObject({ maxIterations: 7, maxUsd: 2.5 });
  await expect(page.getByRole('button', { name: 'Open a draft PR' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Retry fresh' }).click();
  await expect(page.getByText('queued', { exact: true })).toBeVisible();
  expect(await read(id)).toMatchObject({ state: 'queued', branch: null, headCommit: null, tasks: { done: 0, total: 2 } });
});

test('two open forms keep two drafts; one that was left is found again, and signing out forgets them', async ({ browser }) => {
  const context = await browser.newContext();
  const [link = ''] = (await factory.cli('login-link')).split('\n');
  const first = await context.newPage();
  await first.goto(link);
  await first.getByRole('button', { name: 'Sign in' }).click();
  const title = (page: Page) => page.getByLabel('Title');
  const form = async () => {
    const page = await context.newPage();
    await page.goto(`${factory.url}/work/new`);
    await expect(title(page)).toBeVisible();
    return page;
  };
  const [one, two] = [await form(), await form()];
  await title(one).fill('one');
  await title(two).fill('two');
  await one.reload();
  await two.reload();
  await expect(title(one)).toHaveValue('one');
  await expect(title(two)).toHaveValue('two');
  await two.getByLabel('Repository', { exact: true }).fill(repo);
  await two.getByLabel('Spec', { exact: true }).fill('- [ ] x');
  await two.getByRole('button', { name: 'Submit' }).click();
  await expect(two).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  await one.reload();
  await expect(title(one)).toHaveValue('one');
  await one.goto(factory.url);
  const three = await form();
  await expect(title(three)).toHaveValue('one');
  await three.getByRole('button', { name: 'Sign out' }).click();
  await expect(three).toHaveURL(/\/sign-in/);
  expect(await three.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('factory.draft.')))).toEqual([]);
  await context.close();
});

test('who may only look has nothing that could only be refused', async ({ browser }) => {
  await submit('Looked at');
  const context = await browser.newContext();
  await signInAsViewer(context);
  const page = await context.newPage();
  await open(page, 'Looked at');
  await expect(page.getByRole('link', { name: 'Looked at' })).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Cancel/ })).toHaveCount(0);
  await open(page, 'nothing has this title');
  await expect(page.getByRole('link', { name: 'Write a spec' })).toHaveCount(0);
  await page.goto(`${factory.url}/work/new`);
  await expect(page.getByText(/^You may look, and not submit/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Submit' })).toHaveCount(0);
  await expectAccessible(page);
  await context.close();
});

async function signInAsViewer(context: BrowserContext): Promise<void> {
  const secret = newSecret('fss');
  await factory.sql(`INSERT INTO "user" (id, name, role) VALUES ('vi', 'Vi', 'viewer')`);
  await factory.sql(`INSERT INTO session (hash, user_id, expires_at) VALUES ($1, 'vi', now() + interval '1 hour')`, [hashSecret(secret)]);
  await context.addCookies([{ name: 'factory_session', value: secret, url: factory.url }]);
}
