import { expect, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, startFactory } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';
import { type ScriptedModel, specScript, startScriptedModel } from '../stand-ins/model.ts';

// The later journeys look at what the first one made.
test.describe.configure({ mode: 'serial' });

/** Of every colour that code is shown in. */
const CODE = [
  'import { pot } from "./pot.ts";',
  '// Two spoons each.',
  'export class Tea {',
  '  brew = (cups: number): string => `${2 * cups} ${pot.name}`;',
  '}',
  '',
].join('\n');
let factory: Factory;
let github: GitHubStandIn;
let model: ScriptedModel;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  github = await startGitHub({
    repos: [{ owner: 'acme', name: 'shop', files: { 'README.md': '# Shop\n', 'src/tea.ts': 'export const tea = null;\n// nothing\n' } }],
  });
  const command = (task: string) => `echo '${task}' >> DONE.md && cat > src/tea.ts <<'END'\n${CODE}END`;
  model = await startScriptedModel({ script: specScript({ command }) });
  factory = await startFactory({
    env: {
      RUNTIME: 'process',
      AGENT: 'claude',
      ANTHROPIC_API_KEY: 'sk-ant-a-key-for-the-journey',
      ANTHROPIC_BASE_URL: model.url,
      GITHUB_TOKEN: github.token,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
    },
  });
});
test.afterAll(async () => {
  await factory?.stop();
  await model?.close();
  await github?.close();
});

test('sign in, submit by the form, watch the log, find the pull request', async ({ page }) => {
  await page.goto(factory.url);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(factory.signInUrl);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${factory.url}/`);
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'New work' }).click();
  await page.getByLabel('Repository').fill('acme/shop');
  await page.getByLabel('Spec').fill('# Sell tea\n\nno task yet');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('it has no task')).toBeVisible();
  await expect(page.getByLabel('Repository')).toHaveValue('acme/shop');

  await page.getByLabel('Spec').fill('# Sell tea\n\n- [ ] Offer green tea\n- [ ] Offer black tea');
  await expect(page.getByRole('region', { name: 'Parsed checklist' }).getByRole('listitem')).toHaveText([/Offer green tea/, /Offer black tea/]);
  await page.reload();
  await expect(page.getByLabel('Spec')).toHaveValue(/Offer black tea/);
  await page.getByLabel('Verify command').fill('grep -q "black tea" DONE.md');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page).toHaveURL(/\/work\/[a-z0-9]{12}$/);

  const log = page.getByRole('log', { name: 'Live log' });
  await expect(log).toContainText('Iteration 1', { timeout: 120_000 });
  await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/live|ended/);
  await expect(page.getByText('in review').first()).toBeVisible({ timeout: 180_000 });
  await expect(page.getByText('not isolated').first()).toBeVisible();
  await expect(page.getByText('verified', { exact: true }).first()).toBeVisible();
  await expect(page.getByRole('img', { name: 'done' })).toHaveCount(2);
  await expectAccessible(page);

  const pulls = await github.pulls('acme', 'shop');
  expect(pulls).toHaveLength(1);
  await expect(page.getByRole('link', { name: 'Pull request' })).toHaveAttribute('href', pulls[0]?.html_url ?? '');
  expect(await github.git('acme', 'shop', 'rev-parse', `refs/heads/${pulls[0]?.head.ref}`)).toBe(pulls[0]?.head.sha);

  await page.getByRole('link', { name: 'Work', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Sell tea' })).toBeVisible();
  await expectAccessible(page);
});

test('what was changed is read beside the log, and how long each iteration took and what it cost', async ({ page }) => {
  await page.goto(await newLink());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Work', exact: true }).click();
  await page.getByRole('link', { name: 'Sell tea' }).click();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Changes' }).click();
  const changes = page.getByRole('region', { name: 'Changes' });
  await expect(changes.getByText('2 files +7 −2')).toBeVisible();
  const file = changes.getByRole('group').filter({ hasText: 'DONE.md' });
  await expect(file.getByText('added', { exact: true })).toBeVisible();
  await expect(file.getByText('Offer green tea')).toBeVisible();
  await expect(file.getByText('Offer black tea')).toBeVisible();
  await expectAccessible(page);
  // What is looked at stands in the address.
  await page.reload();
  await expect(file.getByText('Offer green tea')).toBeVisible();
  await page.getByRole('button', { name: 'Side by side' }).click();
  await expect(file.getByText('Offer green tea')).toBeVisible();
  await expectAccessible(page);
  await file.getByText('DONE.md').click();
  await expect(file.getByText('Offer green tea')).toBeHidden();

  await page.getByRole('link', { name: 'Compare runs' }).click();
  const row = page.getByRole('row').filter({ hasText: 'verified' });
  await expect(row).toContainText('pass');
  await expect(row.getByRole('link', { name: /^Changes of run 1/ })).toContainText('+7 −2');
  const line = page.getByRole('region', { name: 'Iterations of run 1' });
  await line.getByText('2 iterations').click();
  await expect(line.getByRole('row').filter({ hasText: /ok$/ })).toHaveCount(2);
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await row.getByRole('link', { name: /^Changes of run 1/ }).click();
  await expect(page).toHaveURL(/view=changes&run=[a-z0-9]{12}$/);
  await expect(page.getByLabel('Changes of')).toHaveValue(/[a-z0-9]{12}/);
  await expect(file.getByText('Offer black tea')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('a cancelled item can be retried, on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(await newLink());
  await page.getByRole('button', { name: 'Sign in' }).click();
  // Blocked by the first one, whose pull request is open: it waits until somebody cancels it.
  const { items } = (await (await factory.api('/api/work')).json()) as { items: { id: string }[] };
  const body = JSON.stringify({ repo: 'acme/shop', spec: '- [ ] Offer milk', blockedBy: [items.at(-1)?.id] });
  const { id } = (await (await factory.api('/api/work', { method: 'POST', body })).json()) as { id: string };
  await page.goto(`${factory.url}/work/${id}`);
  await expect(page.getByText(/waits for “Sell tea”/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('cancelled', { exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect(page.getByText(/waits for “Sell tea”/)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('a spent link says so, and nothing is seen without signing in', async ({ page }) => {
  await page.goto(factory.signInUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'link' })).toContainText('used already');
  await page.goto(`${factory.url}/work`);
  await expect(page).toHaveURL(/\/sign-in/);
  const answer = await page.request.get(`${factory.url}/api/trpc/status`);
  expect(answer.status()).toBe(401);
});

/** A new sign-in link, as a person at the machine gets one. */
async function newLink(): Promise<string> {
  return (await factory.cli('login-link')).split('\n')[0] ?? '';
}
