import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '../journey.ts';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { fillLongLog, LONG_LOG_LINES } from '../long-log.ts';
import { createBareRepository } from '../repository.ts';

const AGENT = join(import.meta.dirname, '../agents/ticker.mjs');

let factory: Factory;
let gate: string;
let running: string;
let long: string;
let cookie: string;
let wire: Server;
const sockets = new Set<Socket>();

test.beforeAll(async () => {
  test.setTimeout(300_000);
  gate = join(mkdtempSync(join(tmpdir(), 'gate-')), 'open');
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT} 0 ${gate}`, MAX_WORKERS: '1' } });
  cookie = await signIn(factory);
  running = await submit('Tick');
  await until('the worker', async () => (await read(running)).state === 'running');
  long = await submit('Wait');
  await factory.api(`/api/work/${long}/cancel`, { method: 'POST' }); // or it runs in its turn, and goes on growing
  await fillLongLog(factory, long);
  // The wire between browser and factory, which can be cut.
  wire = createServer((near) => {
    const far = connect(Number(new URL(factory.url).port), 'localhost');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, 'localhost', resolve));
});
test.afterAll(async () => {
  wire?.close();
  await factory?.stop();
});
test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});

async function submit(title: string): Promise<string> {
  const body = JSON.stringify({ repo: createBareRepository(), title, spec: '- [ ] Tick', verify: 'true' });
  return ((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id;
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;

/** Puts events at a seq of an item's log, as one chunk. */
async function appendLog(id: string, events: object[], first: number): Promise<void> {
  const ts = '2026-01-01T00:00:00.000Z';
  const stored = JSON.stringify(events.map((event, n) => ({ v: 1, workerSeq: first + n, ts, ...event })));
  const last = first + events.length - 1;
  await factory.sql(`INSERT INTO event_chunk (work_item_id, first_seq, last_seq, run_id, events) VALUES ($1, $2, $3, 'r', $4::jsonb)`, [
    id,
    first,
    last,
    stored,
  ]);
  await factory.sql(`UPDATE work_item SET event_seq = $2 WHERE id = $1`, [id, last]);
}

const logOf = (page: Page) => page.getByRole('log', { name: 'Live log' });
/** What it answers once it has answered the same three times. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  const answers: T[] = [];
  await expect
    .poll(
      async () => {
        answers.push(await ask());
        return answers.length > 2 && new Set(answers.slice(-3)).size === 1;
      },
      { intervals: [100] },
    )
    .toBe(true);
  return answers.at(-1) as T;
}
const connection = (page: Page) => page.getByRole('status', { name: 'Connection' });

test('scrolled back while the worker prints it stays where it is, and a press brings the end back', async ({ page }) => {
  await page.goto(`${factory.url}/work/${running}`);
  await expect(logOf(page)).toContainText('tick');
  // More than the box holds, else there is nothing to scroll back to.
  const overflow = () => logOf(page).evaluate((log) => Math.max(...[...log.querySelectorAll('*')].map((each) => each.scrollHeight - each.clientHeight)));
  await expect.poll(overflow).toBeGreaterThan(600);
  await logOf(page).hover();
  await page.mouse.wheel(0, -400);
  const back = page.getByRole('button', { name: /new lines? ↓/ });
  await expect(back).toBeVisible();
  // The first row that is seen: rows outside the frame come and go as they please.
  const first = () =>
    logOf(page).evaluate((log) => {
      const top = log.getBoundingClientRect().top;
      return [...log.querySelectorAll('a[href*="line="]')].find((link) => link.getBoundingClientRect().top >= top)?.getAttribute('href');
    });
  // A wheel's scroll goes on for a moment.
  const stood = await settled(first);
  const told = await back.textContent();
  await expect(back).not.toHaveText(told ?? '');
  expect(await first()).toBe(stood);
  await back.click();
  await expect(back).toBeHidden();
  await expectAccessible(page);
});

/** Where the log's own scroller stands. */
const scrollerOf = (page: Page) => logOf(page).locator('[data-virtuoso-scroller]');
const backButton = (page: Page) => page.getByRole('button', { name: /↓$/ });
/** Lines come and go on coming, and the log stays where it is. */
async function expectStays(page: Page): Promise<void> {
  await expect(backButton(page)).toBeVisible();
  const top = () => scrollerOf(page).evaluate((scroller) => Math.round(scroller.scrollTop));
  const stood = await settled(top);
  const told = await backButton(page).textContent();
  await expect(backButton(page)).not.toHaveText(told ?? '');
  expect(await top()).toBe(stood);
}
/** The log follows: what comes last is what is seen. */
async function expectFollows(page: Page): Promise<void> {
  await expect(backButton(page)).toBeHidden();
  const away = () => scrollerOf(page).evaluate((scroller) => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop);
  const height = await scrollerOf(page).evaluate((scroller) => scroller.scrollHeight);
  await expect.poll(() => scrollerOf(page).evaluate((scroller) => scroller.scrollHeight)).toBeGreaterThan(height + 100);
  await expect.poll(away).toBeLessThan(60);
  await expect(backButton(page)).toBeHidden();
}
async function openRunning(page: Page): Promise<void> {
  await page.goto(`${factory.url}/work/${running}`);
  await expect(logOf(page)).toContainText('tick');
  await expect.poll(() => scrollerOf(page).evaluate((scroller) => scroller.scrollHeight - scroller.clientHeight)).toBeGreaterThan(1_500);
  await expectFollows(page);
}

test('a finger takes the log from its end at once, with all its momentum, though lines come all the time', async ({ browser }) => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: factory.url }]);
  const page = await context.newPage();
  await openRunning(page);
  const box = await logOf(page).boundingBox();
  if (!box) throw new Error('no log');
  // Without a scroll of the page: the log is right under the head.
  expect(box.y).toBeLessThan(600);
  const hand = await context.newCDPSession(page);
  const [x, y] = [box.x + box.width / 2, box.y + 60];
  // A slow finger: a few pixels at a time.
  await hand.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  for (let down = 4; down <= 160; down += 4) {
    await hand.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: y + down }] });
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await hand.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expectStays(page);
  await backButton(page).click();
  await expectFollows(page);
  // A quick one, whose momentum goes on without it.
  // The click brought the button to the middle of the screen.
  const now = Math.max(0, (await logOf(page).boundingBox())?.y ?? 0);
  await hand.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: now + 40 }] });
  for (let down = 60; down <= 240; down += 60) await hand.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: now + 40 + down }] });
  await hand.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expectStays(page);
  await context.close();
});

test('the bar, a key and whatever else scrolls up leave the end too; who comes down to it by himself follows it again', async ({ page }) => {
  await openRunning(page);
  // As the bar or a screen reader does it: no wheel, no key, no touch.
  await scrollerOf(page).evaluate((scroller) => (scroller.scrollTop -= 300));
  await expectStays(page);
  await scrollerOf(page).evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
  await expectFollows(page);
  await scrollerOf(page).focus();
  await page.keyboard.press('PageUp');
  await expectStays(page);
  await page.keyboard.press('End');
  await expectFollows(page);
});

test('folds: a call holds what came back, what failed is open, and what was opened stays so out of sight', async ({ page }) => {
  const id = await submit('Fold');
  const [{ event_seq: seq = 0 } = {}] = await factory.sql<{ event_seq: number }>('SELECT event_seq FROM work_item WHERE id = $1', [id]);
  const start = seq + 1;
  const call = (toolUseId: string, command: string) => ({ type: 'agent.tool_use', iteration: 1, toolUseId, tool: 'Bash', input: JSON.stringify({ command }) });
  const end = { ts: '2026-01-01T00:00:02.500Z' };
  await appendLog(
    id,
    [
      { type: 'iteration.started', iteration: 1, task: 'Brew <b>tea</b>' },
      call('a', 'brew well'),
      { type: 'agent.tool_result', iteration: 1, toolUseId: 'a', text: 'it is warm', isError: false, ...end },
      call('b', 'brew badly'),
      { type: 'agent.tool_result', iteration: 1, toolUseId: 'b', text: 'no such kettle', isError: true, ...end },
      { type: 'iteration.finished', iteration: 1, outcome: 'exit code 1', durationMs: 74_000, costUsd: 0.25, commits: 0 },
      ...Array.from({ length: 400 }, (_, n) => ({ type: 'agent.text', text: `pour ${n} ${n % 100 === 0 ? 'PEKOE' : ''}` })),
    ],
    start,
  );
  await page.goto(`${factory.url}/work/${id}?line=${start}`);
  const log = logOf(page);
  const header = log.getByRole('button', { name: /Iteration 1: Brew <b>tea<\/b>/ });
  await expect(header).toContainText('1 min 14 s · $0.25 · exit code 1');
  await expect(log.getByText('no such kettle')).toBeVisible();
  await expect(log.getByText('it is warm')).toBeHidden();
  const good = log.locator('summary', { hasText: 'brew well' });
  await expect(good).toContainText('2.5 s');
  await good.click();
  await expect(log.getByText('it is warm')).toBeVisible();
  await log.locator('summary', { hasText: 'brew badly' }).click();
  await expect(log.getByText('no such kettle')).toBeHidden();
  await expectAccessible(page);

  await scrollerOf(page).evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
  await expect(log.getByText('pour 399 ')).toBeVisible();
  await expect(good).toHaveCount(0);
  await scrollerOf(page).evaluate((scroller) => (scroller.scrollTop = 0));
  await expect(log.getByText('it is warm')).toBeVisible();
  await expect(log.getByText('no such kettle')).toBeHidden();

  await header.click();
  await expect(header).toHaveAttribute('aria-expanded', 'false');
  await expect(good).toBeHidden();
  await expect(log.getByText('pour 0 ')).toBeVisible();

  // A hit in what a folded call gave back opens what holds it.
  const search = page.getByRole('searchbox', { name: 'Search the log' });
  await search.fill('is warm');
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('– of 1');
  await search.press('Enter');
  await expect(log.getByText('it is warm')).toBeInViewport();
  await expect(page).toHaveURL(new RegExp(`\\?line=${start + 2}$`));

  await search.fill('pekoe');
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('– of 4');
  await page.getByRole('button', { name: 'Next hit' }).click();
  await page.getByRole('button', { name: 'Next hit' }).click();
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('2 of 4');
  await expect(log.getByText('pour 100 PEKOE')).toBeInViewport();
  await page.getByRole('button', { name: 'Previous hit' }).click();
  await page.getByRole('button', { name: 'Previous hit' }).click();
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('4 of 4');
  await expect(log.getByText('pour 300 PEKOE')).toBeInViewport();

  // A line's time is the link to it.
  const line = log.locator('[aria-current]');
  await expect(line).toContainText('pour 300');
  const other = log.locator(`a[href="?line=${start + 6 + 301}"]`);
  await expect(other).toHaveText(/^\d\d:\d\d:\d\d$/);
  await page.getByLabel('Times').uncheck();
  await expect(other).toHaveText(String(start + 6 + 301));
  await other.click();
  await expect(page).toHaveURL(new RegExp(`\\?line=${start + 6 + 301}$`));
  await expect(line).toContainText('pour 301');
  await page.reload();
  await expect(log.getByText('pour 301 ')).toBeInViewport();
  const wraps = () => log.getByText('pour 301 ').evaluate((text) => getComputedStyle(text).whiteSpace);
  expect(await wraps()).toBe('pre-wrap');
  await page.getByLabel('Wrap').uncheck();
  expect(await wraps()).toBe('pre');

  await expect(connection(page)).toHaveText('live');
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
  await expect(connection(page)).toHaveText('ended');
});

test('the end of a log comes with its page, the whole log takes its place, and who comes back is shown no end of then', async ({ page }) => {
  const id = await submit('Leaves early');
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
  const lastSeq = async () => (await factory.sql<{ event_seq: number }>('SELECT event_seq FROM work_item WHERE id = $1', [id]))[0]?.event_seq ?? 0;
  const said = Array.from({ length: 150 }, (_, n) => ({ type: 'agent.text', text: `cup ${n + 1} of 150` }));
  await appendLog(id, said, (await lastSeq()) + 1);
  let letGo = () => undefined as void;
  const hold = async () => {
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(/api\/trpc\/work\.events/, async (route) => (await gate, route.continue()));
  };
  await hold();
  await page.goto(`${factory.url}/work/${id}`);
  await expect(logOf(page).getByText('cup 150 of 150')).toBeVisible();
  await expect(connection(page)).toHaveText('connecting…');
  letGo();
  await expect(connection(page)).toHaveText('ended');
  await expect(logOf(page).getByText('cup 150 of 150')).toHaveCount(1);
  await logOf(page).hover();
  // What came with the page has nothing above it: who turns the wheel before the whole log is there turns it again.
  await expect(async () => {
    await page.mouse.wheel(0, -100_000);
    await expect(logOf(page).getByText('cup 1 of 150', { exact: true })).toBeVisible({ timeout: 1_000 });
  }).toPass();

  await hold();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Work', exact: true }).click();
  await appendLog(id, [{ type: 'agent.text', text: 'poured meanwhile' }], (await lastSeq()) + 1);
  await page.getByRole('link', { name: 'Leaves early' }).click();
  await expect(page.getByText('Loading the log…')).toBeVisible();
  await expect(logOf(page)).toHaveText('');
  letGo();
  await expect(logOf(page).getByText('poured meanwhile')).toBeVisible();
});

test('a tab that is hidden for 30 s gives its stream back, and goes on where it was', async ({ page }) => {
  const id = await submit('Sleep');
  await page.clock.install();
  await page.goto(`${factory.url}/work/${id}`);
  await expect(connection(page)).toHaveText('live');
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  // The clock stands but where it is moved.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await hide(true);
  await page.clock.runFor(29_000);
  await expect(connection(page)).toHaveText('live');
  await page.clock.runFor(2_000);
  await expect(connection(page)).toHaveText('asleep while the tab is hidden');
  await page.clock.resume();
  const [{ event_seq: seq = 0 } = {}] = await factory.sql<{ event_seq: number }>('SELECT event_seq FROM work_item WHERE id = $1', [id]);
  await appendLog(id, [{ type: 'agent.text', text: 'said while it slept' }], seq + 1);
  await hide(false);
  await expect(connection(page)).toHaveText('live');
  await expect(logOf(page).getByText('said while it slept')).toHaveCount(1);
  await factory.api(`/api/work/${id}/cancel`, { method: 'POST' });
});

test('what runs no longer pulses while nothing is heard of it', async ({ page }) => {
  await page.goto(`${factory.url}/work`);
  const pulse = () =>
    page
      .getByText('running', { exact: true })
      .locator('[aria-hidden]')
      .first()
      .evaluate((dot) => getComputedStyle(dot).animationName);
  await expect.poll(pulse).toBe('pulse');
  await page.route('**/api/trpc/**', (route) => route.abort());
  await expect(page.getByText('The factory does not answer; trying again.')).toBeVisible({ timeout: 30_000 });
  expect(await pulse()).toBe('none');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('the wire is cut 20 times in mid-stream: what the page holds is the log, no line missing, none twice', async ({ page }) => {
  const port = (wire.address() as AddressInfo).port;
  await page.goto(`http://localhost:${port}/work/${running}`);
  for (let cut = 0; cut < 20; cut++) {
    await expect(connection(page)).toHaveText('live', { timeout: 60_000 });
    for (const socket of sockets) socket.destroy();
    await expect(connection(page)).toHaveText(/lost/);
  }
  expect((await read(running)).state).toBe('running');
  writeFileSync(gate, '');
  await until('the end', async () => (await read(running)).state === 'completed');
  await expect(async () => {
    const whole = await (await factory.api(`/api/work/${running}/log`)).text();
    expect(whole.split('\n').length).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Copy' }).click();
    expect(withoutTook(await page.evaluate(() => navigator.clipboard.readText()))).toBe(withoutTook(whole.trimEnd()));
  }).toPass({ timeout: 60_000 });
});

/** A header on the screen learns what its iteration took, in a file that is read once it was sent already. */
const withoutTook = (text: string) => text.replaceAll(/ {2}\([^)]* s[^)]*\)$/gm, '');

test('100,000 lines: line 3 is found, and a link leads to a line', async ({ page }) => {
  await page.goto(`${factory.url}/work/${long}`);
  await expect(logOf(page)).toContainText(`line ${LONG_LOG_LINES} `, { timeout: 120_000 });
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('DARJEELING');
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('– of 1');
  await page.getByRole('searchbox', { name: 'Search the log' }).press('Enter');
  await expect(logOf(page).getByText('the darjeeling is out')).toBeVisible();
  await expect(page).toHaveURL(/\?line=3$/);
  await expectAccessible(page);

  await appendLog(long, [{ type: 'agent.text', text: 'the last of before' }], LONG_LOG_LINES + 1);
  await page.goto(`${factory.url}/work/${long}?line=51234`);
  await expect(logOf(page).getByText('line 51234 ')).toBeInViewport({ timeout: 120_000 });
  // What was there before one came is not new.
  await expect(async () => {
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect(page.getByText('100,001 lines are copied.').first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 120_000 });
  await expect(backButton(page)).toHaveText('To the end ↓');
  await appendLog(long, [{ type: 'agent.text', text: 'one more' }], LONG_LOG_LINES + 2);
  await expect(backButton(page)).toHaveText('1 new line ↓');
});

test('on a phone the log is read, searched and downloaded', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${factory.url}/work/${long}?line=3`);
  await expect(logOf(page).getByText('the darjeeling is out')).toBeInViewport({ timeout: 120_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
  expect(download.suggestedFilename()).toBe(`log-${long}.txt`);
  await page.getByLabel('Raw').check();
  await expect(logOf(page).getByText('"text":"the darjeeling is out"')).toBeVisible();
});

test('who opens a link to a line while signed out is on that line once he is signed in', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${factory.url}/work/${long}?line=51234`);
  await expect(page).toHaveURL(`${factory.url}/sign-in?to=${encodeURIComponent(`/work/${long}?line=51234`)}`);
  // The way in is a link of the console, in which nothing of this stands.
  const [link = ''] = (await factory.cli('login-link')).split('\n');
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${factory.url}/work/${long}?line=51234`);
  await expect(logOf(page).getByText('line 51234 ')).toBeInViewport({ timeout: 120_000 });
  await context.close();
});
