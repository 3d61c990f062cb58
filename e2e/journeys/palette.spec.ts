import { expect, test } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

let factory: Factory;
let cookie: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', MAX_WORKERS: '1' } });
  cookie = await signIn(factory);
  const repo = createBareRepository();
  await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, title: 'Offer <b>oolong</b>', spec: '- [ ] Create a.txt', draft: true }) });
});
test.afterAll(() => factory?.stop());

test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
  await page.goto(factory.url);
  await expect(page.getByRole('button', { name: 'Command palette' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
});

test('the palette finds work by words of its title and opens it', async ({ page }) => {
  await page.keyboard.type('oolong');
  await expect(page.getByRole('option', { name: 'Offer <b>oolong</b>' })).toHaveAttribute('aria-selected', 'true');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/work\/[^/]+$/);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the palette goes to a screen, and Escape closes it', async ({ page }) => {
  await page.keyboard.type('metr');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/metrics$/);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the palette fits a phone and says when nothing is found', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.type('no such thing');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
