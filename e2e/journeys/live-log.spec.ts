import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
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
  const whole = await (await factory.api(`/api/work/${running}/log`)).text();
  expect(whole.split('\n').length).toBeGreaterThan(100);
  await expect(async () => {
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

  await page.goto(`${factory.url}/work/${long}?line=51234`);
  await expect(logOf(page).getByText('line 51234 ')).toBeInViewport({ timeout: 120_000 });
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
