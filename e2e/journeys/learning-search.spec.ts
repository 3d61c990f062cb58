import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, startFactory } from '../factory.ts';
import { writeTinyModel } from '../learnings/tiny-model.ts';

let factory: Factory;
let models: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  models = mkdtempSync(join(tmpdir(), 'factory-model-'));
  writeTinyModel(join(models, 'tiny-model'));
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', EMBEDDING: 'auto', EMBEDDING_MODEL_PATH: join(models, 'tiny-model') } });
});
test.afterAll(async () => {
  await factory?.stop();
  rmSync(models, { recursive: true, force: true });
});

test('a question in other words finds what is meant; the screen says by which way, and how sure it is', async ({ page }) => {
  await page.goto(factory.signInUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${factory.url}/`);
  await page.goto(`${factory.url}/learnings`);
  await page.getByRole('button', { name: 'Write the first one' }).click();
  for (const [n, text] of ['postgres migration table', 'css button colour', 'vitest assert spec'].entries()) {
    if (n > 0) await page.getByRole('button', { name: 'Write one' }).click();
    await page.getByLabel('What should later workers know?').fill(text);
    await page.getByRole('button', { name: 'Keep it' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: text })).toBeVisible();
  }
  const status = page.getByRole('status', { name: 'Search' });
  await expect(status).toContainText('tiny-model, on this machine', { timeout: 60_000 });
  await expect(status).not.toContainText('embedded.', { timeout: 60_000 }); // “1 of 3 embedded.” until all are

  // None of these words is in any of them.
  await page.getByRole('searchbox', { name: 'Search learnings' }).fill('database query');
  await expect(status).toHaveText('Searched by words and meaning (tiny-model, on this machine).');
  const first = page.getByRole('list', { name: 'Learnings', exact: true }).getByRole('listitem').first();
  await expect(first).toContainText('postgres migration table');
  await expect(first.getByText(/^meaning #1 · \d\.\d\d$/)).toBeVisible();
  await expect(first.locator('mark')).toHaveCount(0);
  await expectAccessible(page);

  await page.getByRole('searchbox', { name: 'Search learnings' }).fill('button');
  await expect(first).toContainText('css button colour');
  await expect(first.getByText(/^words #1, (letters #1, )?meaning #1 · 1\.00$/)).toBeVisible();
  await expect(first.locator('mark')).toHaveText(['button']);
  await page.screenshot({ path: 'e2e/.out/shots/learnings-meaning.png', fullPage: true });
});
