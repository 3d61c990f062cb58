import { expect, type Page, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';

// One person at one form, with one bad input after the other.
test.describe.configure({ mode: 'serial' });

let factory: Factory;
let github: GitHubStandIn;
let page: Page;
const repository = createBareRepository();

test.beforeAll(async ({ browser }) => {
  test.setTimeout(400_000);
  // Nothing starts: the form is what is looked at.
  const agent = { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: 'true', MAX_WORKERS: '0' };
  github = await startGitHub({ repos: [{ owner: 'acme', name: 'shop', files: { 'a.txt': 'a' } }] });
  const server = { GITHUB_TOKEN: github.token, GITHUB_API_URL: github.apiUrl, GITHUB_SERVER_URL: github.serverUrl };
  factory = await startFactory({ env: { ...agent, ...server } });
  await until('a supervisor that holds the token', async () => {
    const [row] = await factory.sql<{ n: number }>(`SELECT count(*)::int AS n FROM supervisor WHERE credentials->'github'->>'form' = 'token'`);
    return row?.n === 1;
  });
  page = await (await browser.newContext()).newPage();
  await page.goto(factory.signInUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${factory.url}/`);
});
test.afterAll(async () => {
  await page?.context().close();
  await factory?.stop();
  await github?.close();
});

const spec = () => page.getByLabel('Spec', { exact: true });
const submit = () => page.getByRole('button', { name: 'Submit' }).click();

async function open(): Promise<void> {
  await page.goto(`${factory.url}/work/new`);
  await expect(page.getByRole('heading', { name: 'New work' })).toBeVisible();
}

test('a template, a draft that survives a reload, and no word replaced unasked', async () => {
  await open();
  await page.getByRole('button', { name: 'Bug fix' }).click();
  await expect(page.getByRole('region', { name: 'Parsed checklist' }).getByText('Fix it')).toBeVisible();
  await spec().fill('my own words');
  await page.getByLabel('Title').fill('Kept');
  await page.reload();
  await expect(spec()).toHaveValue('my own words');
  await expect(page.getByLabel('Title')).toHaveValue('Kept');
  const question = page.getByRole('group', { name: 'Replace what you wrote by the template “Feature”?' });
  await page.getByRole('button', { name: 'Feature' }).click();
  await expect(question.getByRole('button', { name: 'Keep mine' })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(spec()).toHaveValue('my own words');
  await page.getByRole('button', { name: 'Feature' }).click();
  await question.getByRole('button', { name: 'Replace' }).click();
  await expect(spec()).toHaveValue(/^# What people can do then/);
  await spec().fill('my own words');
  await page.getByText('Branch, commands, budgets, order').click();
  await expectAccessible(page);
});

test('a spec without a task is refused beside the field, and nothing is lost', async () => {
  await page.getByLabel('Repository', { exact: true }).fill(repository);
  await submit();
  await expect(page.getByRole('alert').filter({ hasText: /task/ })).toBeVisible();
  await expect(spec()).toHaveValue('my own words');
  await spec().fill('- [ ] one');
  await page.getByLabel('Repository', { exact: true }).fill('--upload-pack=evil');
  await submit();
  await expect(page.getByLabel('Repository', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Repository', { exact: true }).fill(repository);
});

test('figures that are none are said beside their field, and nothing is sent', async () => {
  await page.getByLabel('Most iterations').fill('ten');
  await page.getByLabel('Most USD').fill('-1');
  await submit();
  await expect(page.getByText('A whole number from 1 to 1000.')).toBeVisible();
  await expect(page.getByText('A figure above 0, up to 10000, such as 2.50.')).toBeVisible();
  await expect(page).toHaveURL(/\/work\/new$/);
  // The section that holds the one field that is filled in stays open while that is emptied and typed anew.
  await page.getByLabel('Most USD').fill('');
  await page.getByLabel('Most iterations').fill('');
  await expect(page.getByLabel('Most iterations')).toBeVisible();
  await page.getByLabel('Most iterations').fill('7');
  await page.getByLabel('Most USD').fill('2.5');
});

test('a paste of 300 KB is refused in a sentence, and stays', async () => {
  const paste = `- [ ] one\n${'x'.repeat(300 * 1024)}`;
  await spec().fill(paste);
  await expect(page.getByText(/It has 307\d{3} bytes; at most 262144 \(256 KB\) are taken\./)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Submit' })).toBeDisabled();
  await page.reload();
  await expect(spec()).toHaveValue(paste);
});

test('markup, emoji, right-to-left text: shown as text, nothing runs and nothing is fetched', async () => {
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  const evil = '<img src="http://127.0.0.1:9/x.png" onerror="document.body.dataset.owned=1">';
  await page.getByLabel('Title').fill(`שלום עולם ${evil}`);
  await expect(page.getByLabel('Title')).toHaveCSS('direction', 'rtl');
  const links = '[run](javascript:document.body.dataset.owned=1) [data](data:text/html,owned)';
  await spec().fill(`${evil}\n\n![x](http://127.0.0.1:9/y.png)\n\n${links}\n\n- [ ] ${evil}\n- [ ] العربية من اليمين\n- [ ] 🎉 done`);
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=');
  await expect(page.getByRole('heading', { level: 1 })).toHaveCSS('direction', 'rtl');
  const task = page.getByText('العربية من اليمين').first();
  await expect(task).toHaveCSS('direction', 'rtl');
  await expect(page.getByText('🎉 done').first()).toHaveCSS('direction', 'ltr');
  await page.getByText('The whole spec').click();
  const whole = page.getByRole('group').filter({ hasText: 'The whole spec' });
  await expect(whole.getByText('http://127.0.0.1:9/y.png')).toBeVisible();
  await expect(whole.getByRole('listitem').filter({ hasText: 'العربية' })).toHaveCSS('direction', 'rtl');
  // The words of such links are there, and lead nowhere.
  await expect(whole.getByText('run data')).toBeVisible();
  expect(await whole.locator('[href], img, [src], iframe, script').evaluateAll((all) => all.map((each) => each.outerHTML))).toEqual([]);
  expect(await page.evaluate(() => document.body.dataset.owned)).toBeUndefined();
  expect(asked.filter((url) => url.includes(':9/'))).toEqual([]);
  await page.goto(`${factory.url}/work`);
  await expect(page.getByText(evil).first()).toBeVisible();
  expect(await page.evaluate(() => document.body.dataset.owned)).toBeUndefined();
});

test('a title of 500 emoji is taken, and fits the screen of a phone; a longer one is refused beside its field', async () => {
  await open();
  await page.getByLabel('Repository', { exact: true }).fill(repository);
  await spec().fill('- [ ] one');
  await page.getByLabel('Title').fill('🎉'.repeat(1_001));
  await submit();
  await expect(page.getByLabel('Title')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Title').fill('🎉'.repeat(500));
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('known repositories are offered to the keyboard and to a screen reader; any other name is taken as well', async () => {
  for (const repo of ['acme/shop', 'acme/workshop']) {
    expect((await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, spec: '- [ ] one' }) })).status).toBe(201);
  }
  await open();
  const input = page.getByRole('combobox', { name: 'Repository' });
  const options = page.getByRole('listbox', { name: 'Known repositories' }).getByRole('option');
  await input.fill('SHOP');
  await expect(options).toHaveText(['acme/shop', 'acme/workshop']);
  await expect(input).toHaveAttribute('aria-expanded', 'true');
  await expectAccessible(page);
  for (const [key, name] of [
    ['ArrowUp', 'acme/workshop'],
    ['ArrowDown', null],
    ['ArrowDown', 'acme/shop'],
    ['ArrowDown', 'acme/workshop'],
  ] as const) {
    await input.press(key);
    const active = await input.getAttribute('aria-activedescendant');
    expect(active === null ? null : await page.locator(`[id="${active}"][aria-selected="true"]`).textContent()).toBe(name);
  }
  await input.press('Enter');
  await expect(input).toHaveValue('acme/workshop');
  await expect(input).toHaveAttribute('aria-expanded', 'false');
  await expect(page).toHaveURL(/\/work\/new$/);
  await input.fill('shop');
  await input.press('Escape');
  await expect(options).toHaveCount(0);
  await expect(input).toHaveValue('shop');
  await input.press('ArrowDown');
  await options.first().click();
  await expect(input).toHaveValue('acme/shop');
  await input.fill('');
});

test('lines that are not what they look like are named beneath the editor, and Enter on one goes to the line', async () => {
  await open();
  const filler = Array.from({ length: 60 }, (_, n) => `Line of context ${n}: ${'long enough to wrap '.repeat(12)}\n`).join('\n');
  const wrong = '-[ ] first\n\n[ ] second\n\n- [ ]\n\n```\n- [ ] fenced\n```\n';
  await page.getByLabel('Repository', { exact: true }).fill(repository);
  await spec().fill(`${filler}\n${wrong}`);
  const lines = page.getByRole('list', { name: 'Lines to look at' }).getByRole('button');
  await expect(lines).toHaveText([
    /^Line 121.*a dash, a space.*-\[ \] first$/,
    /^Line 123.*without a dash.*\[ \] second$/,
    /^Line 125.*without a text/,
    /^Line 128.*in code.*fenced$/,
  ]);
  await expect(page.getByText('It has no task. Write each as a line “- [ ] what is to be done”')).toBeVisible();
  await spec().evaluate((editor) => editor.scrollTo(0, 0));
  await lines.nth(1).focus();
  await page.keyboard.press('Enter');
  await expect(spec()).toBeFocused();
  const selected = await spec().evaluate((editor: HTMLTextAreaElement) => ({
    text: editor.value.slice(editor.selectionStart, editor.selectionEnd),
    // The line is among the last ones of a text that is far higher than the field.
    seen: editor.scrollTop > 1_000 && editor.scrollTop + editor.clientHeight > editor.scrollHeight - 300,
  }));
  expect(selected).toEqual({ text: '[ ] second', seen: true });
  let sent = 0;
  page.on('request', (request) => void (request.url().includes('work.create') && (sent += 1)));
  await page.getByLabel('Repository', { exact: true }).focus();
  await submit();
  await expect(page.getByRole('alert').filter({ hasText: 'It has no task.' })).toBeVisible();
  await expect(spec()).toBeFocused();
  expect(sent).toBe(0);
  await expectAccessible(page);
  // Enough lines of lists to be refused: at the line where it became too much.
  await spec().fill('- [ ] x\n'.repeat(2_001));
  await expect(lines).toHaveText([/^Line 2001.*over 2000 lines of lists/]);
  await submit();
  await expect(page.getByRole('alert').filter({ hasText: 'It is not taken as it is' })).toBeVisible();
  expect(sent).toBe(0);
  await spec().fill('-[ ] x\n\n'.repeat(30));
  await expect(lines).toHaveCount(30);
  await spec().fill('');
});

test('an issue is imported by its address, edited and submitted; a second import leads to its work item', async () => {
  await open();
  const body = 'It says <img src="http://127.0.0.1:9/z.png" onerror="document.body.dataset.owned=1">.\n\n<!-- unseen -->\n\n- [ ] greet\n- [ ] test';
  const number = await github.createIssue('acme', 'shop', { title: 'Greet <b>people</b>', body });
  const address = page.getByLabel('Import an issue');
  const alert = page.getByRole('alert');
  for (const [text, why] of [
    ['https://elsewhere.test/acme/shop/issues/1', /the GitHub server of this factory/],
    [`${github.serverUrl}/acme/shop/issues/9999`, /no issue acme\/shop#9999/],
  ] as const) {
    await address.fill(text);
    await address.press('Enter');
    await expect(alert.filter({ hasText: why })).toBeVisible();
    await expect(page).toHaveURL(/\/work\/new$/);
  }
  await page.getByLabel('Title').fill('mine');
  await address.fill(`${github.serverUrl}/acme/shop/issues/${number}`);
  await address.press('Enter');
  await expect(page.getByRole('group', { name: `Replace what you wrote by acme/shop#${number}?` })).toBeVisible();
  await expect(page.getByLabel('Title')).toHaveValue('mine');
  await page.getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByLabel('Title')).toHaveValue('Greet <b>people</b>');
  await expect(page.getByRole('combobox', { name: 'Repository' })).toHaveValue('acme/shop');
  await expect(spec()).toHaveValue(/- \[ \] greet/);
  await expect(spec()).not.toHaveValue(/unseen/);
  await expect(page.getByText('Checklist: 2 tasks')).toBeVisible();
  await page.reload();
  await expect(page.getByText('the pull request will close it.')).toBeVisible();
  await expectAccessible(page);
  await spec().press('Control+End');
  await spec().pressSequentially('\n- [ ] document');
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  const item = page.url();
  expect(await page.evaluate(() => document.body.dataset.owned)).toBeUndefined();
  const rows = await factory.sql(`SELECT source, source_id, tasks_total FROM work_item WHERE id = $1`, [item.split('/').at(-1)]);
  expect(rows).toEqual([{ source: 'github', source_id: `acme/shop#${number}`, tasks_total: 3 }]);
  await open();
  await expect(spec()).toHaveValue('');
  await address.fill(`acme/shop#${number}`);
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('link', { name: 'Greet <b>people</b>' }).click();
  await expect(page).toHaveURL(item);

  // Somebody else is first between import and submit, with the text as it was imported: what was set here is in no item.
  const taken = await github.createIssue('acme', 'shop', { title: 'Taken', body: '- [ ] as it is' });
  await open();
  await address.fill(`acme/shop#${taken}`);
  await address.press('Enter');
  await expect(spec()).toHaveValue('- [ ] as it is');
  await page.getByLabel('Verify command').fill('npm run everything');
  const same = { source: 'github', sourceId: `acme/shop#${taken}`, repo: 'acme/shop', title: 'Taken', spec: '- [ ] as it is' };
  expect((await factory.api('/api/work', { method: 'POST', body: JSON.stringify(same) })).status).toBe(201);
  await submit();
  await expect(alert.filter({ hasText: 'became a work item in the meantime, as it was imported' }).getByRole('link', { name: 'Taken' })).toBeVisible();
  await expect(page.getByLabel('Verify command')).toHaveValue('npm run everything');
  await page.getByLabel('Verify command').fill('');

  // And with another.
  const contested = await github.createIssue('acme', 'shop', { title: 'Contested', body: '- [ ] as the issue has it' });
  await open();
  await address.fill(`acme/shop#${contested}`);
  await address.press('Enter');
  await page.getByRole('button', { name: 'Replace' }).click();
  await expect(spec()).toHaveValue('- [ ] as the issue has it');
  const theirs = { source: 'github', sourceId: `acme/shop#${contested}`, repo: 'acme/shop', title: 'Theirs', spec: '- [ ] theirs' };
  expect((await factory.api('/api/work', { method: 'POST', body: JSON.stringify(theirs) })).status).toBe(201);
  await submit();
  await expect(alert.filter({ hasText: 'became a work item in the meantime' }).getByRole('link', { name: 'Theirs' })).toBeVisible();
  await expect(spec()).toHaveValue('- [ ] as the issue has it');
  await page.reload();
  await expect(spec()).toHaveValue('- [ ] as the issue has it');
  await page.getByRole('button', { name: 'Not of this issue' }).click();
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
});

test('over plain http, where browsers have no randomUUID, work is submitted as elsewhere', async () => {
  await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined }));
  await open();
  await page.getByLabel('Repository', { exact: true }).fill(repository);
  await page.getByLabel('Title').fill('Plain');
  await spec().fill('- [ ] plain');
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  expect(await page.evaluate(() => typeof crypto.randomUUID)).toBe('undefined');
});

test('400 tasks, budgets and a blocker: all of it arrives, and the item says why it waits', async () => {
  await open();
  await expect(spec()).toHaveValue('');
  await page.getByLabel('Repository', { exact: true }).fill(repository);
  await page.getByLabel('Title').fill('Four hundred');
  await spec().fill(Array.from({ length: 400 }, (_, n) => `- [ ] task ${n + 1}`).join('\n'));
  await expect(page.getByText('Checklist: 400 tasks')).toBeVisible();
  await page.getByText('Branch, commands, budgets, order').click();
  await page.getByLabel('Most iterations').fill('900');
  await page.getByLabel('Waits for').fill('no item is called this');
  await expect(page.getByText('No open item has this in its title, repository or id.')).toBeVisible();
  await page.getByLabel('Waits for').fill('שלום');
  await page.getByRole('list', { name: 'Items found' }).getByRole('button').first().click();
  await expect(page.getByRole('list', { name: 'Waits for' }).getByRole('listitem')).toHaveCount(1);
  // The factory is away for one try: nothing is lost, and the second try makes one item.
  await page.route('**/api/trpc/work.create**', (route) => route.abort());
  await submit();
  await expect(page.getByRole('alert').filter({ hasText: 'What you wrote is kept.' })).toBeVisible();
  await page.unroute('**/api/trpc/work.create**');
  await submit();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);
  await expect(page.getByText('task 400', { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/waits for/i).first()).toBeVisible();
  const id = page.url().split('/').at(-1);
  const [row] = await factory.sql<{ max_iterations: number; n: number }>(
    `SELECT max_iterations, (SELECT count(*)::int FROM work_item WHERE title = 'Four hundred') AS n FROM work_item WHERE id = $1`,
    [id],
  );
  expect(row).toEqual({ max_iterations: 900, n: 1 });
  await expectAccessible(page);
});
