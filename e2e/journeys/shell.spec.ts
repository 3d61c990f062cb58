import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

let factory: Factory;
let cookie: string;
let repo: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: "echo 'Which tea?' > .ai/stuck.md", MAX_WORKERS: '1' } });
  cookie = await signIn(factory);
  repo = createBareRepository();
  const { id } = await submit('Offer <b>oolong</b>');
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
});
test.afterAll(() => factory?.stop());

test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
});

async function submit(title: string): Promise<{ id: string }> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, title, spec: '- [ ] Brew' }) });
  return (await answer.json()) as { id: string };
}

async function openPalette(page: Page): Promise<void> {
  await page.goto(factory.url);
  await expect(page.getByRole('button', { name: 'Command palette' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
}

test('the palette finds work by words of its title and opens it', async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type('oolong');
  await expect(page.getByRole('option', { name: 'Offer <b>oolong</b>' })).toHaveAttribute('aria-selected', 'true');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/work\/[^/]+$/);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the palette goes to a screen, and Escape closes it', async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type('metr');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/metrics$/);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the palette fits a phone and says when nothing is found', async ({ page }) => {
  await openPalette(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.type('no such thing');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('who asked for it is notified once when work comes to need a person; title and icon of the tab carry how many', async ({ page, context }) => {
  await context.grantPermissions(['notifications'], { origin: factory.url });
  // Somebody who looks at another window, and a browser that keeps what it was told to show.
  await page.addInitScript(() => {
    const shown: unknown[] = [];
    Object.assign(window, { shown });
    document.hasFocus = () => false;
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        shown.push([title, options?.body]);
      }
    };
  });
  await page.goto(factory.url);
  await expect(page).toHaveTitle('Overview · AI Software Factory');
  await page.getByRole('button', { name: 'Notifications' }).click();
  await expect(page.getByRole('button', { name: 'Notifications', pressed: true })).toBeVisible();
  const { id } = await submit('Offer tea');
  await expect(page).toHaveTitle('(1) Overview · AI Software Factory', { timeout: 60_000 });
  const icon = page.locator('link[rel="icon"]');
  await expect(icon).toHaveCount(1);
  const svg = await (await fetch(factory.url + ((await icon.getAttribute('href')) ?? ''))).text();
  expect(svg).toContain('>1</text>');
  const shown = () => page.evaluate(() => (window as unknown as { shown: unknown[] }).shown);
  await expect.poll(shown).toEqual([['Offer tea', expect.stringContaining('Which tea?')]]);
  // It is old news to a reload, which keeps the wish.
  await page.reload();
  await expect(page).toHaveTitle('(1) Overview · AI Software Factory');
  await expect(page.getByRole('button', { name: 'Notifications', pressed: true })).toBeVisible();
  expect(await shown()).toEqual([]);
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
  await expect(page).toHaveTitle('Overview · AI Software Factory');
  await page.getByRole('button', { name: 'Notifications' }).click();
  await expect(page.getByRole('button', { name: 'Notifications', pressed: false })).toBeVisible();
});

test('a browser that refuses notifications is told what to do', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }));
  await page.goto(factory.url);
  await page.getByRole('button', { name: 'Notifications' }).click();
  await expect(page.getByText('allow notifications for this address in its settings')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Notifications', pressed: false })).toBeVisible();
});

test('every screen says when the factory is not reached, and when it is again', async ({ page, context }) => {
  await page.goto(`${factory.url}/work/new`);
  await page.getByLabel('Title').fill('Typed before the cut');
  const sign = page.getByText('The factory does not answer; trying again.');
  await expect(sign).toHaveCount(0);
  await context.route('**/api/trpc/**', (route) => route.abort());
  await expect(sign).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page);
  await context.unroute('**/api/trpc/**');
  await expect(sign).toHaveCount(0, { timeout: 30_000 });
  await context.setOffline(true);
  await expect(sign).toBeVisible({ timeout: 30_000 });
  await context.setOffline(false);
  await expect(sign).toHaveCount(0, { timeout: 30_000 });
  await expect(page.getByLabel('Title')).toHaveValue('Typed before the cut');
});

test('the theme goes from the system’s to light to dark and back, and a reload keeps it', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(factory.url);
  const html = page.locator('html');
  const press = (now: string) => page.getByRole('button', { name: `Theme: ${now}` }).click();
  await expect(html).toHaveClass(/dark/);
  await press('system; change to light');
  await expect(html).not.toHaveClass(/dark/);
  await page.reload();
  await expect(html).not.toHaveClass(/dark/);
  await press('light; change to dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(html).toHaveClass(/dark/);
  await press('dark; change to system');
  await expect(html).not.toHaveClass(/dark/);
});

test('a screen comes with what it shows, compressed, and the browser agrees with it; an event stream comes as it is', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(`${message.location().url} ${message.text()}`)));
  page.on('pageerror', (error) => complaints.push(error.message));
  for (const path of ['/', '/workers']) {
    const headers = { cookie, accept: 'text/html', 'accept-encoding': 'br' };
    const answer = await fetch(factory.url + path, { headers });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(await answer.text()).toContain(path === '/' ? 'Iterations today' : 'No worker is alive.');
    await page.goto(factory.url + path);
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  }
  const stream = await fetch(`${factory.url}/healthz/stream`, { headers: { 'accept-encoding': 'br, gzip' } });
  expect([stream.headers.get('content-type'), stream.headers.get('content-encoding')]).toEqual([expect.stringContaining('event-stream'), null]);
  await stream.body?.cancel();
  expect(complaints).toEqual([]);
});
