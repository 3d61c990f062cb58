import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '../journey.ts';
import { type Factory, startFactory } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';
import { type ScriptedModel, specScript, startScriptedModel } from '../stand-ins/model.ts';

// One person at one factory, screen after screen.
test.describe.configure({ mode: 'serial' });

let factory: Factory;
let github: GitHubStandIn;
let model: ScriptedModel;
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(400_000);
  const files = { 'README.md': '# Shop\n', 'package.json': '{"scripts":{"test":"node --test"}}', 'package-lock.json': '{}' };
  github = await startGitHub({ repos: [{ owner: 'acme', name: 'shop', files }] });
  model = await startScriptedModel({ script: specScript() });
  // Neither a GitHub token nor a model credential: both are typed in.
  factory = await startFactory({
    env: { RUNTIME: 'process', ANTHROPIC_BASE_URL: model.url, GITHUB_API_URL: github.apiUrl, GITHUB_SERVER_URL: github.serverUrl },
  });
  page = await (await browser.newContext()).newPage();
  await page.goto(factory.signInUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${factory.url}/`);
});
test.afterAll(async () => {
  await page?.context().close();
  await factory?.stop();
  await model?.close();
  await github?.close();
});

/** What the other journeys leave empty. */
const FIELDS = [
  ['Base branch', 'main'],
  ['Worker image', 'node:22'],
  ['Iterations an item', '12'],
  ['USD an item', '4.5'],
] as const;

/** axe in both themes, nothing wider than a phone, and a picture of each. */
async function expectGood(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html).join(' | ')}`.slice(0, 400));
    expect(found).toEqual([]);
    await page.screenshot({ path: `e2e/.out/shots/settings-${name}-${colorScheme}.png`, fullPage: true });
  }
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.screenshot({ path: `e2e/.out/shots/settings-${name}-phone.png`, fullPage: true });
  if (wide) await page.setViewportSize(wide);
}

test('first steps: what is missing has a button each, and the demo runs at one', async () => {
  const steps = page.getByRole('region', { name: 'First steps' });
  await expect(steps.getByRole('img', { name: 'done' })).toHaveCount(1);
  await expect(steps.getByRole('link', { name: 'Connect GitHub' })).toHaveAttribute('href', '/settings/connections');
  await expect(steps.getByRole('link', { name: 'Add a repository' })).toHaveAttribute('href', '/settings/repositories');
  await expectGood('first-steps');
  await steps.getByRole('button', { name: 'Run the demo' }).click();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/, { timeout: 60_000 });
  await expect(page.getByRole('heading', { name: 'Demo: greet the world' }).first()).toBeVisible();
  await page.goto(factory.url);
});

test('health: the doctor’s list of the supervisor’s machine, and what the browser sees', async () => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/\/settings\/health$/);
  await expect(page.getByText('Nothing was checked yet')).toBeVisible();
  await page.getByRole('button', { name: 'Check now' }).click();
  const list = page.getByRole('region', { name: /^Health of/ });
  await expect(list.getByText('answers, and is up to date')).toBeVisible({ timeout: 60_000 });
  await expect(list.getByText('type one in under Settings → Connections, or set GITHUB_TOKEN')).toBeVisible();
  await expect(list.getByText('events come one by one')).toBeVisible();
  await expect(list.getByText(/callback URL http:\/\/localhost:\d+\/api\/auth\/callback\/github/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'This browser' }).getByText('PASS')).toBeVisible();
  await expectGood('health');

  // What is safe is put right at one press: secrets that others could read are theirs no more.
  const secrets = join(factory.dataDir, 'secrets');
  chmodSync(secrets, 0o755);
  await list.getByRole('button', { name: 'Check again' }).click();
  await expect(list.getByText(`${secrets} is readable by others`)).toBeVisible({ timeout: 60_000 });
  await list.getByRole('button', { name: 'Fix what is safe' }).click();
  await expect(list.getByText(`${secrets} is readable by others`)).toHaveCount(0, { timeout: 60_000 });
  expect(statSync(secrets).mode & 0o777).toBe(0o700);
});

test('connections: a credential is typed in, taken over without a restart by hand, tested, and forgotten', async () => {
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Connections' }).click();
  const section = page.getByRole('region', { name: 'GitHub' });
  await expect(section.getByText('No token:')).toBeVisible();
  await expectGood('connections-empty');
  await section.getByLabel('Personal access token', { exact: true }).fill('two words');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(section.getByRole('alert')).toContainText('one word');

  await section.getByLabel('Personal access token', { exact: true }).fill(github.token);
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(section.getByText(/Token typed in by/)).toBeVisible({ timeout: 60_000 });
  await expect(section.getByRole('status')).toContainText('The token is acme’s', { timeout: 60_000 });

  const modelSection = page.getByRole('region', { name: 'Model' });
  await modelSection.getByLabel('API key or subscription token', { exact: true }).fill('sk-ant-api-for-the-journey');
  await modelSection.getByRole('button', { name: 'Save' }).click();
  await expect(modelSection.getByRole('status')).toContainText('takes the API key', { timeout: 60_000 });
  expect(await page.content()).not.toContain('sk-ant-api-for-the-journey');
  await expectGood('connections');

  await modelSection.getByRole('button', { name: 'Forget' }).click();
  await modelSection.getByRole('button', { name: 'Really forget' }).click();
  await expect(modelSection.getByText('No credential:')).toBeVisible({ timeout: 60_000 });
});

test('repositories: the first one’s commands are found in its files, and its settings are kept', async () => {
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Repositories' }).click();
  await expect(page.getByText('no settings of its own')).toBeVisible();
  await page.getByLabel('Repository', { exact: true }).fill('no repository');
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'neither owner/name' })).toBeVisible();
  await page.getByLabel('Repository', { exact: true }).fill(`${github.serverUrl}/acme/shop.git`);
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('heading', { name: 'acme/shop' })).toBeVisible();

  await page.getByRole('button', { name: 'Look into its files' }).click();
  await expect(page.getByText('npm ci', { exact: true })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Use these' }).click();
  await expect(page.getByLabel('Verify command')).toHaveValue('npm test');
  await page.getByLabel('Variables for tests').fill('HTTPS_PROXY=x');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'HTTPS_PROXY is the factory’s own' })).toBeVisible();
  await page.getByLabel('Variables for tests').fill('TEA=green\nMILK=');
  await page.getByLabel('Workers at once').fill('some');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Workers at once')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Workers at once').fill('1');
  await page.getByLabel('Agent').selectOption('the scripted demo');
  await page.getByLabel('What its workers learn').selectOption('waits for a person’s approval');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  // A field of what is stored, and one of what it is stored for.
  for (const [label, value] of FIELDS) await page.getByLabel(label).fill(value);
  const complaints: string[] = [];
  const onError = (error: Error) => void complaints.push(error.message);
  const onConsole = (message: { type: () => string; text: () => string }) => void (message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', onError).on('console', onConsole);
  await page.reload();
  await expect(page.getByText('What you had typed here is back; it is not saved yet.')).toBeVisible();
  page.off('pageerror', onError).off('console', onConsole);
  expect(complaints).toEqual([]);
  for (const [label, value] of FIELDS) await expect(page.getByLabel(label)).toHaveValue(value);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.getByLabel('Allow a host').fill('tea.test');
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page.getByRole('button', { name: 'Remove tea.test' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Variables for tests')).toHaveValue('TEA=green\nMILK=');
  await expect(page.getByLabel('Setup command')).toHaveValue('npm ci');
  await expect(page.getByLabel('Agent')).toHaveValue('demo');
  for (const [label, value] of FIELDS) await expect(page.getByLabel(label)).toHaveValue(value);
  await expect(page.getByLabel('What its workers learn')).toHaveValue('person');
  await expectGood('repository');
  await page.getByRole('link', { name: 'Repositories' }).first().click();
  await expect(page.getByRole('link', { name: 'acme/shop' })).toBeVisible();
  await expectGood('repositories');
});

test('two who change the same repository do not overwrite each other unasked', async () => {
  await page.goto(`${factory.url}/settings/repositories/edit?name=acme%2Fshop`);
  await page.getByLabel('USD an item').fill('7.5');
  await page.getByLabel('Iterations an item').fill('9');
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const [label, value] of [
    ['USD an item', '3'],
    ['Base branch', 'trunk'],
  ] as const)
    await other.getByLabel(label).fill(value);
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByText('Saved.')).toBeVisible();
  await other.close();
  await expect(page.getByLabel('Base branch')).toHaveValue('trunk');
  const warning = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this meanwhile.' });
  await expect(warning).toContainText(/USD an item:\s*3/);
  await expect(page.getByLabel('USD an item', { exact: true })).toHaveValue('7.5');
  await expectGood('repository-clash');
  await warning.getByRole('button', { name: 'Take theirs: USD an item' }).click();
  await expect(warning).toHaveCount(0);
  await page.getByLabel('Base branch').fill('main');

  // What is typed while a save is under way is not marked as saved.
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/api/trpc/repositories.save*', async (route) => (await held, route.continue()));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Saving…' })).toBeVisible();
  await page.getByLabel('Worker image').fill('node:24');
  letGo();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(page.getByLabel('Worker image')).toHaveValue('node:24');
  await page.unroute('**/api/trpc/repositories.save*');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Discard changes' })).toHaveCount(0);
  await page.reload();
  for (const [label, value] of [
    ['USD an item', '3'],
    ['Iterations an item', '9'],
    ['Base branch', 'main'],
    ['Worker image', 'node:24'],
  ] as const)
    await expect(page.getByLabel(label)).toHaveValue(value);
  await page.getByLabel('Worker image').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Discard changes' })).toHaveCount(0);
});

test('a host that a worker asked for in vain is allowed beside it', async () => {
  await factory.sql(
    `INSERT INTO work_item (id, source, source_id, repo, repo_kind, clone_url, title, original_spec, spec, tasks_total, state, max_iterations, max_usd, created_by, updated_at)
     VALUES ('refused', 'test', 'refused', 'acme/shop', 'git', 'x', 'x', 'x', 'x', 1, 'cancelled', 30, 10, 'Ada', now())`,
  );
  const event = { type: 'egress.refused', data: { host: 'milk.test', port: 8443, allowable: true } };
  await factory.sql(`INSERT INTO event_chunk (work_item_id, first_seq, last_seq, events) VALUES ('refused', 1, 1, $1)`, [JSON.stringify([event])]);
  await page.getByRole('button', { name: 'Allow milk.test:8443' }).click();
  await expect(page.getByRole('button', { name: 'Remove milk.test:8443' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Allow milk.test:8443' })).toHaveCount(0);
});

test('with what was typed in, work on GitHub becomes a pull request', async () => {
  const body = JSON.stringify({ repo: 'acme/shop', spec: '- [ ] Offer tea', setup: 'true', verify: 'test "$TEA" = green' });
  const { id } = (await (await factory.api('/api/work', { method: 'POST', body })).json()) as { id: string };
  await page.goto(`${factory.url}/work/${id}`);
  await expect(page.getByText('in review').first()).toBeVisible({ timeout: 120_000 });
  expect(await github.pulls('acme', 'shop')).toHaveLength(1);
  await page.goto(factory.url);
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'First steps' })).toHaveCount(0);
});

test('on a phone the tab one is on is in sight, however far right it stands', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${factory.url}/settings/audit`);
  // A pixel of it lies over the line beneath, which the row cuts off.
  await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Audit' })).toBeInViewport({ ratio: 0.95 });
  await page.goto(`${factory.url}/settings/health`);
  await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Health' })).toBeInViewport({ ratio: 0.95 });
  await page.setViewportSize({ width: 1280, height: 800 });
});
