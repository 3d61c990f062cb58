import { join } from 'node:path';
import { expect, type Page, test } from '../journey.ts';
import type { Status, WorkItemView } from '../../server/contracts/rest.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

const AGENT = join(import.meta.dirname, '../agents/one-task.mjs');

// One afternoon at one factory: each looks at what the one before left behind.
test.describe.configure({ mode: 'serial' });

let factory: Factory;
let page: Page;
let repo: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  factory = await startFactory({
    env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}`, MAX_WORKERS: '1', DAILY_BUDGET_USD: '25' },
  });
  repo = createBareRepository();
  const cookie = await signIn(factory);
  const context = await browser.newContext();
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: factory.url }]);
  page = await context.newPage();
});
test.afterAll(async () => {
  await page?.context().close();
  await factory?.stop();
});

/** Work whose worker waits for something that never comes. */
async function submit(title: string): Promise<string> {
  const spec = `- [ ] Create a.txt after ${join(factory.dataDir, 'never')}`;
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, title, spec, verify: 'true' }) });
  return ((await answer.json()) as WorkItemView).id;
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
const status = async () => (await (await factory.api('/api/status')).json()) as Status;
const running = (id: string) => until('a worker at work', async () => (await read(id)).runs.at(-1)?.state === 'running' && (await read(id)));

/** An item as it stands in the record, with what it became so many hours ago. */
async function record(id: string, state: string, moves: [to: string, hoursAgo: number][] = []): Promise<void> {
  await factory.sql(
    `INSERT INTO work_item (id, source, source_id, repo, repo_kind, clone_url, title, original_spec, spec, tasks_total, state, state_reason, max_iterations, max_usd, created_by, pr_url, updated_at)
     VALUES ($1, 'test', $1, 'acme/shop', 'git', 'x', $1, 'x', 'x', 1, $2, 'no progress', 30, 10, 'Ada', $3, now())`,
    [id, state, moves.length > 0 ? `https://github.test/acme/shop/pull/${id}` : null],
  );
  for (const [to, hours] of moves)
    await factory.sql(`INSERT INTO audit (at, actor, action, work_item_id, "to") VALUES (now() - $1 * interval '1 hour', 'x', 'state', $2, $3)`, [
      hours,
      id,
      to,
    ]);
}

test('the overview says what works, what waits and why, what was spent of what, and who needs a person', async () => {
  const tea = await running(await submit('Offer tea'));
  await submit('Offer milk');
  await factory.sql(`INSERT INTO model_call (id, run_id, model, reserved_usd, cost_usd, started_at) VALUES ('m', $1, 'm', 1, 1.5, now())`, [
    tea.runs.at(-1)?.id,
  ]);
  await record('gave up', 'failed');
  await record('merged yesterday', 'merged', [['in_review', 200], ['merged', 24]]); // prettier-ignore
  await record('opened today', 'in_review', [['in_review', 3]]);
  await record('opened long ago', 'in_review', [['in_review', 200]]);
  await page.goto(factory.url);
  const figure = (label: string) => page.getByText(label, { exact: true }).locator('xpath=following-sibling::dd[1]');
  await expect(figure('Waiting')).toHaveText('1');
  await expect(figure('Workers').first()).toHaveText('1 / 1');
  await expect(figure('USD today')).toHaveText('1.50 / 25');
  await expect(page.getByText('The next worker waits: 1 of 1 workers are busy')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Needs you' }).getByRole('listitem').filter({ hasText: 'gave up' })).toContainText(/failed.*no progress/s);
  await expect(page.getByRole('region', { name: 'Supervisors' }).getByRole('listitem').first()).toContainText(/alive.*heartbeat \d+ s ago/s);
  const pulls = page.getByRole('region', { name: 'Pull requests' }).getByRole('listitem');
  await expect(pulls).toHaveText([/opened.*opened today.*3 h ago/s, /merged.*merged yesterday.*(24 h|1 d) ago/s]);
  await expect(pulls.first().getByRole('link', { name: 'Open', exact: true })).toHaveAttribute('href', 'https://github.test/acme/shop/pull/opened today');
  await expectAccessible(page);
});

test('a worker is killed from the overview, after a question; its work item needs a person then', async () => {
  const workers = page.getByRole('region', { name: 'Workers' });
  await workers.getByRole('button', { name: 'Kill the worker of Offer tea' }).click();
  await expectAccessible(page);
  await workers.getByRole('button', { name: 'Keep' }).click();
  expect((await status()).workersAlive).toBe(1);
  await workers.getByRole('button', { name: 'Kill the worker of Offer tea' }).click();
  await workers.getByRole('button', { name: 'Really kill the worker of Offer tea' }).click();
  await expect(page.getByRole('region', { name: 'Needs you' }).getByRole('listitem').filter({ hasText: 'Offer tea' })).toContainText(/stuck.*killed by local/s);
  await expect(page).toHaveTitle(/^\(2\) Overview/);
});

test('from the list of workers, where J and K go through the rows, and from the worker itself', async () => {
  await expect(page.getByRole('region', { name: 'Workers' }).getByRole('link', { name: 'Offer milk' })).toBeVisible({ timeout: 60_000 });
  await page.goto(`${factory.url}/workers`);
  await page.getByRole('button', { name: 'Kill the worker of Offer milk' }).click();
  await page.getByRole('button', { name: 'Really kill the worker of Offer milk' }).click();
  await expect(page.getByText('No worker is alive.')).toBeVisible();
  const ended = page.getByRole('row').filter({ hasText: 'killed' });
  await expect(ended).toHaveCount(2);

  const id = await submit('Offer juice');
  await running(id);
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'Offer juice' });
  await expect(row).toBeVisible();
  // The page shows before it listens.
  await expect(async () => {
    await page.keyboard.press('k');
    await expect(row).toHaveAttribute('aria-current', 'true', { timeout: 1_000 });
  }).toPass();
  await page.keyboard.press('j');
  await expect(page.getByRole('row').filter({ hasText: 'Offer milk' })).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/workers\/\w+$/);
  await page.getByRole('button', { name: 'Kill the worker of Offer juice' }).click();
  await page.getByRole('button', { name: 'Really kill the worker of Offer juice' }).click();
  await expect(page.getByText('ended: killed', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Kill/ })).toHaveCount(0);
});

test('what publishes has no worker: it is shown as such, counts as none, and has nothing to kill', async () => {
  await record('pushing it', 'running');
  await factory.sql(`INSERT INTO supervisor (id, host, pid, runtime, engine_id, started_at, beat_at) VALUES ('other', 'elsewhere', 1, 'docker', 'e', now(), now() + interval '1 hour')`); // prettier-ignore
  await factory.sql(
    `INSERT INTO run (id, work_item_id, epoch, state, runtime, agent, isolated, engine_id, owner, branch, created_at)
     VALUES ('pushing', 'pushing it', 0, 'publishing', 'docker', 'claude', true, 'e', 'other', 'b', now())`,
  );
  await page.goto(`${factory.url}/workers`);
  const row = page.getByRole('row').filter({ hasText: 'pushing it' });
  await expect(row).toContainText('publishing');
  await expect(row.getByRole('button')).toHaveCount(0);
  await expect(page.getByText('No worker is alive.')).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${factory.url}/workers/pushing`);
  await expect(page.getByText('publishing', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Kill/ })).toHaveCount(0);
  expect((await status()).workersAlive).toBe(0);
});

test('on a phone a live worker shows its heartbeat and its CPU', async () => {
  await running(await submit('Offer water'));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${factory.url}/workers`);
  const row = page.getByRole('row').filter({ hasText: 'Offer water' });
  await expect(row.getByText(/heartbeat \d+ s ago/)).toBeVisible({ timeout: 30_000 });
  await expect(row.getByText(/CPU (\d+ %|–)/)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.screenshot({ path: 'e2e/.out/shots/workers-phone.png', fullPage: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: 'e2e/.out/shots/workers.png', fullPage: true });
});

test('all that needs a person counts, also what the list has no room for; J, K and Enter open one', async () => {
  for (let n = 1; n <= 60; n++) await record(`stuck-${n}`, 'stuck');
  await page.goto(factory.url);
  const needs = page.getByRole('region', { name: 'Needs you' });
  await expect(needs.getByRole('listitem')).toHaveCount(50);
  // Sixty more, the one that gave up, and three that were killed.
  await expect(page).toHaveTitle(/^\(64\) Overview/);
  await expect(needs.getByText('and 14 more:')).toBeVisible();
  await expect(needs.getByRole('link', { name: '63 stuck' })).toHaveAttribute('href', '/work?state=stuck');
  await expect(needs.getByRole('link', { name: '1 failed' })).toHaveAttribute('href', '/work?state=failed');
  await page.screenshot({ path: 'e2e/.out/shots/overview.png', fullPage: true });
  await expect(async () => {
    await page.keyboard.press('k');
    await expect(needs.getByRole('listitem').first()).toHaveAttribute('aria-current', 'true', { timeout: 1_000 });
  }).toPass();
  await page.keyboard.press('j');
  await expect(needs.getByRole('listitem').nth(1)).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('k');
  await expect(needs.getByRole('listitem').first()).toHaveAttribute('aria-current', 'true');
  const title = await needs.getByRole('listitem').first().getByRole('link').innerText();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: title }).first()).toBeVisible();
});
