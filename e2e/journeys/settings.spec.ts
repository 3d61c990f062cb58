import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
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
  await page.getByLabel('Allow a host').fill('tea.test');
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page.getByRole('button', { name: 'Remove tea.test' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Variables for tests')).toHaveValue('TEA=green\nMILK=');
  await expect(page.getByLabel('Setup command')).toHaveValue('npm ci');
  await expect(page.getByLabel('Agent')).toHaveValue('demo');
  await expect(page.getByLabel('What its workers learn')).toHaveValue('person');
  await expectGood('repository');
  await page.getByRole('link', { name: 'Repositories' }).first().click();
  await expect(page.getByRole('link', { name: 'acme/shop' })).toBeVisible();
  await expectGood('repositories');
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
