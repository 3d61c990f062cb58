import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

const AGENT = join(import.meta.dirname, '../agents/ticker.mjs');
const LINES = 100_000;

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
  await fill(long);
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

/** Fills a log to 100,000 lines, as batches of a worker would. */
async function fill(id: string): Promise<void> {
  await factory.sql(
    `INSERT INTO event_chunk (work_item_id, first_seq, last_seq, run_id, events)
     SELECT $1, min(n), max(n), 'r', jsonb_agg(jsonb_build_object('v', 1, 'workerSeq', n, 'ts', '2026-01-01T00:00:00.000Z', 'type', 'agent.text',
       'text', CASE n WHEN 3 THEN 'the darjeeling is out' ELSE 'line ' || n || ' ' || repeat('steep ', n % 30) END) ORDER BY n)
     FROM generate_series((SELECT event_seq + 1 FROM work_item WHERE id = $1), ${LINES}) AS n GROUP BY n / 64`,
    [id],
  );
  await factory.sql(`UPDATE work_item SET event_seq = ${LINES} WHERE id = $1`, [id]);
}

const logOf = (page: Page) => page.getByRole('log', { name: 'Live log' });
const connection = (page: Page) => page.getByRole('status', { name: 'Connection' });

test('scrolled back while the worker prints it stays where it is, and a press brings the end back', async ({ page }) => {
  await page.goto(`${factory.url}/work/${running}`);
  await expect(logOf(page)).toContainText('tick');
  await expect.poll(() => logOf(page).getByText(/^tick/).count()).toBeGreaterThan(10);
  await logOf(page).hover();
  await page.mouse.wheel(0, -400);
  const back = page.getByRole('button', { name: /new lines? ↓/ });
  await expect(back).toBeVisible();
  const first = () => logOf(page).getByRole('link').first().getAttribute('href');
  const stood = await first();
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

test('100,000 lines: line 3 is found, a link leads to a line, and scrolling holds up nothing for 50 ms', async ({ page }) => {
  await page.goto(`${factory.url}/work/${long}`);
  await expect(logOf(page)).toContainText(`line ${LINES} `, { timeout: 120_000 });
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('DARJEELING');
  await expect(page.getByRole('status', { name: 'Hits' })).toHaveText('– of 1');
  await page.getByRole('searchbox', { name: 'Search the log' }).press('Enter');
  await expect(logOf(page).getByText('the darjeeling is out')).toBeVisible();
  await expect(page).toHaveURL(/\?line=3$/);
  await expectAccessible(page);

  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  await logOf(page).hover();
  for (let turn = 0; turn < 100; turn++) await page.mouse.wheel(0, turn % 4 === 3 ? 40_000 : 900);
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  expect(tasks.filter((task) => task > 50)).toEqual([]);

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
