import { expect, type Page, type Route, test } from '../journey.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

let factory: Factory;
let cookie: string;
let repo: string;
/** A work item that was cancelled. */
let oolong: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: "echo 'Which tea?' > .ai/stuck.md", MAX_WORKERS: '1' } });
  cookie = await signIn(factory);
  repo = createBareRepository();
  oolong = (await submit('Offer <b>oolong</b>')).id;
  await factory.api(`/api/work/${oolong}/cancel`, { method: 'POST' });
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
  await pressPalette(page);
}
async function pressPalette(page: Page): Promise<void> {
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

test('the palette goes to a page of the settings, pauses the factory, and steers the work item that is open', async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type('limits');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/settings\/limits$/);
  await pressPalette(page);
  await page.keyboard.type('pause the factory');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The factory is paused.').first()).toBeVisible();

  const { id } = await submit('Steer me');
  await page.goto(`${factory.url}/work/${id}`);
  await expect(page.getByText('queued', { exact: true }).first()).toBeVisible();
  const options = page.getByRole('dialog').getByRole('option');
  await pressPalette(page);
  await page.keyboard.type('this work');
  await expect(options).toHaveText(['Pause this work item', 'Cancel this work item']);
  await page.keyboard.press('Enter');
  await expect(page.getByText('paused', { exact: true }).first()).toBeVisible();
  // Undo gives back what was: what was held is held.
  await pressPalette(page);
  await page.keyboard.type('cancel this');
  await expect(options).toHaveText(['Cancel this work item']);
  await page.keyboard.press('Enter');
  await expect(page.getByText('cancelled', { exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone: it is paused again.')).toBeVisible();
  await expect(page.getByText('paused', { exact: true }).first()).toBeVisible();
  await pressPalette(page);
  await page.keyboard.type('cancel this');
  await expect(options).toHaveText(['Cancel this work item']);
  await page.keyboard.press('Enter');
  await expect(page.getByText('cancelled', { exact: true }).first()).toBeVisible();
  await pressPalette(page);
  await page.keyboard.type('this work');
  await expect(options).toHaveText(['Retry this work item']);

  // Who may only look is offered none of it.
  await factory.sql(`UPDATE "user" SET role = 'viewer'`);
  await page.reload();
  await expect(page.getByRole('link', { name: 'New work' })).toHaveCount(0);
  await pressPalette(page);
  await page.keyboard.type('t');
  await expect(options.filter({ hasText: 'Theme: light' })).toBeVisible();
  await expect(options.filter({ hasText: /this work item|the factory|New work|Audit|Tokens/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('c');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'Keys' })).not.toContainText('New work');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(`${factory.url}/work/${id}`);
  await factory.sql(`UPDATE "user" SET role = 'admin'`);

  await openPalette(page);
  await page.keyboard.type('resume the factory');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The factory goes on.').first()).toBeVisible();
});

test('a quick Enter in the palette opens nothing that was found for other words', async ({ page }) => {
  await openPalette(page);
  await page.keyboard.type('oolong');
  await expect(page.getByRole('option', { name: 'Offer <b>oolong</b>' })).toBeVisible();
  await page.keyboard.type('x');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await expect(page).toHaveURL(`${factory.url}/`);
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

test('a browser whose notifications throw, as on Android, has the news as a toast, and its screen lives on', async ({ page }) => {
  await page.addInitScript(() => {
    document.hasFocus = () => false;
    const Throws = class {
      static permission = 'granted';
      constructor() {
        throw new TypeError("Failed to construct 'Notification': Illegal constructor.");
      }
    };
    Object.assign(window, { Notification: Throws });
  });
  await page.goto(factory.url);
  await page.getByRole('button', { name: 'Notifications' }).click();
  await expect(page.getByRole('button', { name: 'Notifications', pressed: true })).toBeVisible();
  const { id } = await submit('Offer matcha');
  await expect(page.getByText(/^stuck: .*Which tea\?/).last()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page).toHaveURL(`${factory.url}/work/${id}`);
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
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
  // A way out would end at the browser's own error page: the links, the keys and the palette stay, and say why.
  const stays = page.getByText('so this page stays open');
  await page.getByRole('link', { name: 'Work', exact: true }).click();
  await expect(stays).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await pressPalette(page);
  await page.keyboard.type('learnings');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(`${factory.url}/work/new`);
  await context.unroute('**/api/trpc/**');
  await expect(sign).toHaveCount(0, { timeout: 30_000 });
  await context.setOffline(true);
  await expect(sign).toBeVisible({ timeout: 30_000 });
  await context.setOffline(false);
  await expect(sign).toHaveCount(0, { timeout: 30_000 });
  await expect(page.getByLabel('Title')).toHaveValue('Typed before the cut');
  await page.getByRole('link', { name: 'Work', exact: true }).click();
  await expect(page).toHaveURL(`${factory.url}/work`);
});

test('a factory that hangs is said like one that is away, and what was shown at once is taken back', async ({ page }) => {
  // A minute of waiting is ten seconds here.
  await page.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => timeout(ms / 6);
  });
  await factory.sql(`INSERT INTO setting (key, value, by, at) VALUES ('maxWorkers', '0', 'a journey', now())`); // it stays queued
  const { id } = await submit('Hang');
  await page.goto(`${factory.url}/work/${id}`);
  await expect(page.getByText('queued', { exact: true }).first()).toBeVisible();
  let letGo = () => undefined as void;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/api/trpc/**', async (route) => {
    await held;
    await route.abort();
  });
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByText('cancelled', { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/^Not cancelled\. .*The factory does not answer\.$/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('queued', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('The factory does not answer; trying again.')).toBeVisible({ timeout: 60_000 });
  letGo();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
  await factory.sql(`DELETE FROM setting WHERE key = 'maxWorkers'`);
});

test('a machine without a network still shows the factory that runs on it', async ({ page }) => {
  await page.goto(`${factory.url}/work/${oolong}`);
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'onLine', { get: () => false });
    window.dispatchEvent(new Event('offline'));
  });
  for (let asked = 0; asked < 2; asked++) await page.waitForResponse((answer) => answer.url().includes('work.get') && answer.ok());
  await expect(page.getByText('The factory does not answer')).toHaveCount(0);
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
  const screens: Record<string, RegExp> = {
    '/': /Iterations today/,
    '/workers': /No worker is alive\./,
    '/work/new': /<fieldset disabled=""[^]*Begin from[^]*<textarea/,
    // How the log ends comes along, before its stream.
    [`/work/${oolong}`]: /Verify<\/dt>[^]*role="log"[^]*queued → cancelled/,
    '/settings/connections': /A personal access token/,
    '/settings/limits': /Iterations a day/,
    '/settings/members': /Nobody has signed in with GitHub yet/,
    '/settings/tokens': /on the machine/,
    '/settings/repositories': /\d(<!-- -->)? (<!-- -->)?items?</,
    [`/settings/repositories/edit?name=${encodeURIComponent(repo)}`]: /Verify command/,
    '/settings/audit': /by a start/,
  };
  for (const [path, says] of Object.entries(screens)) {
    const headers = { cookie, accept: 'text/html', 'accept-encoding': 'br' };
    const answer = await fetch(factory.url + path, { headers });
    expect(answer.headers.get('content-encoding')).toBe('br');
    const html = await answer.text();
    expect(html).toMatch(says);
    // Only what every page is written in is fetched ahead of its first paint.
    expect(`${answer.headers.get('link')} ${html}`.match(/rel="?preload"?[^>]*as="font"/g)).toHaveLength(1);
    await page.goto(factory.url + path);
  }
  const stream = await fetch(`${factory.url}/healthz/stream`, { headers: { 'accept-encoding': 'br, gzip' } });
  expect([stream.headers.get('content-type'), stream.headers.get('content-encoding')]).toEqual([expect.stringContaining('event-stream'), null]);
  await stream.body?.cancel();
  expect(complaints).toEqual([]);
});

test('keys: nothing acts behind the sheet, Escape leaves a search, a clicked checkbox leaves them alive', async ({ page }) => {
  await page.goto(factory.url);
  const sheet = page.getByRole('dialog', { name: 'Keys' });
  // The page shows before it listens.
  await expect(async () => {
    await page.keyboard.press('?');
    await expect(sheet).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectAccessible(page);
  await expect(sheet).toContainText('Search work');
  for (const key of ['c', 'g', 'w', '/']) await page.keyboard.press(key);
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(page).toHaveURL(`${factory.url}/`);

  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search' });
  await expect(search).toBeFocused();
  await page.keyboard.type('oolong');
  await page.keyboard.press('Escape');
  await expect(search).not.toBeFocused();
  await expect(search).toHaveValue('oolong');
  await page.getByRole('checkbox', { name: /oolong/ }).check();
  await expect(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await expect(page).toHaveURL(`${factory.url}/learnings`, { timeout: 1_000 });
  }).toPass();
  await expect(page.getByRole('searchbox', { name: 'Search learnings' })).toBeVisible();

  await page.keyboard.press('?');
  await expect(sheet).toContainText('Search learnings');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search learnings' })).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await expect(page).toHaveURL(`${factory.url}/work/new`);
});

test('on a phone New work and the palette are in view, and all else is one tap away', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(factory.url);
  const header = page.getByRole('banner');
  await expect(header.getByRole('link', { name: 'New work' })).toBeInViewport({ ratio: 1 });
  await expect(header.getByRole('button', { name: 'Command palette' })).toBeInViewport({ ratio: 1 });
  const nav = page.getByRole('navigation', { name: 'Main' });
  await expect(nav).toBeHidden();
  const menu = header.getByRole('button', { name: 'Menu' });
  await menu.click();
  for (const name of ['Overview', 'Work', 'Workers', 'Learnings', 'Metrics', 'Settings'])
    await expect(nav.getByRole('link', { name, exact: true })).toBeInViewport({ ratio: 1 });
  for (const name of [/^Theme/, 'Notifications', 'Sign out']) await expect(header.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(nav).toBeHidden();
  await menu.click();
  await nav.getByRole('link', { name: 'Metrics' }).click();
  await expect(page).toHaveURL(`${factory.url}/metrics`);
  await expect(nav).toBeHidden();
});

test('a screen on its way shows its skeleton; a change of filters keeps what is there', async ({ page }) => {
  await page.goto(factory.url);
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  let release: () => void = () => undefined;
  let held = new Promise<void>((resolve) => (release = resolve));
  const figures = /\/api\/trpc\/[^?]*metrics/;
  // Figures, or the word that there are none yet: whether something ran before is of no matter here.
  const shown = page.getByRole('heading', { name: 'Success rate' }).or(page.getByText('No worker was at work'));
  await page.route(figures, async (route) => {
    await held;
    await route.continue();
  });
  const skeleton = page.getByRole('status', { name: 'Loading' });
  await page.getByRole('link', { name: 'Metrics' }).click();
  await expect(page).toHaveURL(`${factory.url}/metrics`);
  await expect(skeleton).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeHidden();
  release();
  await expect(shown).toBeVisible();
  await expect(skeleton).toHaveCount(0);
  held = new Promise<void>((resolve) => (release = resolve));
  const asked = page.waitForRequest(figures);
  await page.getByLabel('Period').selectOption('day');
  await asked;
  await expect(shown).toBeVisible();
  await expect(skeleton).toHaveCount(0);
  release();
  await expect(page).toHaveURL(/period=day/);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a screen that cannot be read says what, with Retry; one that cannot be read again says of when it is', async ({ page }) => {
  await page.goto(factory.url);
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  // A page comes with its data; what is gone to within the app asks by itself.
  await page.goto(`${factory.url}/settings/members`);
  const held: Route[] = [];
  let holds = false;
  await page.route(/settings\.limits/, (route) => void (holds ? held.push(route) : route.abort()));
  await page.getByRole('link', { name: 'Limits', exact: true }).click();
  const failed = page.getByRole('alert').filter({ hasText: 'The limits could not be loaded: The factory does not answer.' });
  await expect(failed).toBeVisible();
  await expectAccessible(page);
  // While it is asked again, why there is nothing stays.
  holds = true;
  await expect.poll(() => held.length).toBeGreaterThan(0);
  await expect(failed).toBeVisible();
  holds = false;
  for (const route of held) await route.abort();
  await failed.getByRole('button', { name: 'Retry' }).click();
  await page.unroute(/settings\.limits/);
  await expect(page.getByText('While it is paused no worker starts')).toBeVisible();
  await expect(failed).toHaveCount(0);

  await page.goto(`${factory.url}/workers`);
  await expect(page.getByRole('heading', { name: 'Workers' })).toBeAttached();
  await page.route(/api\/trpc\/[^?]*workers/, (route) => route.abort());
  const stale = page.getByText(/This could not be read again; it is as of/);
  await expect(stale).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page);
  await page.unroute(/api\/trpc\/[^?]*workers/);
  await expect(stale).toHaveCount(0, { timeout: 30_000 });
});

test('a page that is not there, and a factory without its database, say so; Retry brings the page', async ({ page }) => {
  await page.goto(`${factory.url}/nowhere`);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'To the overview' }).click();
  await expect(page.getByRole('heading', { name: 'Needs you' })).toBeVisible();
  await factory.sql('ALTER TABLE session RENAME TO session_away');
  try {
    await page.goto(`${factory.url}/workers`);
    await expect(page.getByRole('heading', { name: 'The factory cannot show this page' })).toBeVisible();
    await expectAccessible(page);
  } finally {
    await factory.sql('ALTER TABLE session_away RENAME TO session');
  }
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText('No worker is alive.')).toBeVisible();
});
