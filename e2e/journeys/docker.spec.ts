import { expect, test } from '../journey.ts';
import { BARE_BASE, ensureDebootstrapBase, ensureDockerEngine } from '../docker-setup.ts';
import { type Factory, startFactory } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';
import { type ScriptedModel, specScript, startScriptedModel } from '../stand-ins/model.ts';

let factory: Factory;
let github: GitHubStandIn;
let model: ScriptedModel;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  await ensureDockerEngine();
  await ensureDebootstrapBase();
  github = await startGitHub({ repos: [{ owner: 'acme', name: 'shop', files: { 'README.md': '# Shop\n' } }] });
  model = await startScriptedModel({ script: specScript() });
  factory = await startFactory({
    env: {
      RUNTIME: 'docker',
      WORKER_BASE: BARE_BASE,
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

test('submitted by the form, done in a sealed container, seen in the log, out as one pull request @docker', async ({ page }) => {
  test.setTimeout(900_000);
  await page.goto(factory.signInUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'New work' }).click();
  await page.getByLabel('Repository').fill('acme/shop');
  await page.getByLabel('Spec').fill('# Sell tea\n\n- [ ] Offer green tea\n- [ ] Offer black tea');
  await page.getByLabel('Verify command').fill('grep -q "black tea" DONE.md');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('log', { name: 'Live log' })).toContainText('isolated', { timeout: 600_000 });
  await expect(page.getByText('in review').first()).toBeVisible({ timeout: 300_000 });
  await expect(page.getByText('verified', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('not isolated')).toHaveCount(0);

  const pulls = await github.pulls('acme', 'shop');
  expect(pulls).toHaveLength(1);
  const [pull] = pulls;
  expect(pull).toMatchObject({ base: { ref: 'main' }, draft: false });
  expect(pull?.body).toContain('- [x] Offer green tea');
  expect(await github.git('acme', 'shop', 'rev-list', '--count', `main..refs/heads/${pull?.head.ref}`)).toBe('2');
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByText('docker', { exact: true })).toBeVisible();
});
