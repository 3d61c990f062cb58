import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '../journey.ts';
import { duration, mean, percent, usd } from '../../app/components/metrics/format.ts';
import { type Metrics } from '../../server/contracts/metrics.ts';
import { expectAccessible } from '../accessible.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';

// The second and the third look at what the second wrote down.
test.describe.configure({ mode: 'serial' });

let factory: Factory;
let cookie: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', FACTORY_TZ: 'UTC' } });
  cookie = await signIn(factory);
});
test.afterAll(() => factory?.stop());
test.beforeEach(async ({ page }) => {
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: factory.url }]);
});

interface Life {
  id: string;
  repo: string;
  /** Whole days ago, at midday. */
  daysAgo: number;
  waitedMinutes: number;
  tookMinutes: number;
  ends: string[];
  reason: string;
  usd: number;
  iterations: number;
}

/** One item's way as the factory writes it down. */
async function record({ id, repo, daysAgo, waitedMinutes, tookMinutes, ends, reason, usd: costUsd, iterations }: Life): Promise<void> {
  const midday = new Date();
  midday.setUTCHours(0, 1, 0, 0);
  const at = (minutes: number) => new Date(midday.getTime() - daysAgo * 86_400_000 + minutes * 60_000);
  await factory.sql(
    `INSERT INTO work_item (id, source, source_id, repo, repo_kind, clone_url, title, original_spec, spec, tasks_total, state, max_iterations, max_usd, created_by, created_at, updated_at)
     VALUES ($1, 'test', $1, $2, 'git', 'x', $1, 'x', 'x', 1, $3, 30, 10, 'Ada', $4, $4)`,
    [id, repo, ends.at(-1), at(0)],
  );
  await factory.sql(
    `INSERT INTO run (id, work_item_id, epoch, state, reason, runtime, agent, isolated, engine_id, owner, branch, iterations, cost_usd, created_at, ended_at, cleaned_at)
     VALUES ($1, $1, 1, 'ended', $2, 'process', 'demo', false, 'e', 'o', 'b', $3, $4, $5, $5, $5)`,
    [id, reason, iterations, costUsd, at(waitedMinutes)],
  );
  await factory.sql(`INSERT INTO model_call (id, run_id, model, reserved_usd, cost_usd, started_at) VALUES ($1, $1, 'm', 1, $2, $3)`, [
    ...[id, costUsd, at(waitedMinutes)],
  ]);
  for (let n = 1; n <= iterations; n++) await factory.sql('INSERT INTO iteration (run_id, n, granted_at) VALUES ($1, $2, $3)', [id, n, at(waitedMinutes)]);
  const moves: [string, string, Date, string | null][] = [
    ['create', 'queued', at(0), null],
    ['state', 'running', at(waitedMinutes), id],
    ...ends.map((to): [string, string, Date, string | null] => ['state', to, at(tookMinutes), id]),
  ];
  for (const [action, to, when, run] of moves)
    await factory.sql(`INSERT INTO audit (at, actor, action, work_item_id, run_id, "to") VALUES ($1, 'x', $2, $3, $4, $5)`, [when, action, id, run, to]);
}

const read = async (query: string) => (await (await factory.api(`/api/metrics?${query}`)).json()) as Metrics;
const cellsOf = (page: Page, table: string, row: string) =>
  page.getByRole('region', { name: table }).getByRole('row').filter({ hasText: row }).getByRole('cell').allInnerTexts();

test('before anything happened there is one sentence and one way on, and no empty axes', async ({ page }) => {
  await page.goto(`${factory.url}/metrics`);
  await expect(page.getByText('No worker was at work in the last 7 days.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Submit work' })).toHaveAttribute('href', '/work/new');
  await expect(page.getByRole('img', { name: /Success rate/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Download CSV' })).toBeDisabled();
  await expectAccessible(page);
});

test('every figure is drawn, gaps stay gaps, and the table has the same in numbers', async ({ page }) => {
  await record({ id: 'a', repo: 'acme/shop', daysAgo: 3, waitedMinutes: 2, tookMinutes: 62, ends: ['in_review', 'merged'], reason: 'verified', usd: 1.5, iterations: 3 }); // prettier-ignore
  await record({ id: 'b', repo: 'acme/shop', daysAgo: 3, waitedMinutes: 4, tookMinutes: 20, ends: ['completed'], reason: 'verified', usd: 0.5, iterations: 5 });
  await record({ id: 'c', repo: 'acme/tea', daysAgo: 3, waitedMinutes: 10, tookMinutes: 50, ends: ['failed'], reason: 'failed', usd: 4, iterations: 1 });
  await record({ id: 'd', repo: 'acme/tea', daysAgo: 1, waitedMinutes: 1, tookMinutes: 30, ends: ['in_review', 'closed'], reason: 'verified', usd: 0.25, iterations: 1 }); // prettier-ignore
  await page.goto(`${factory.url}/metrics`);
  await expect(page.getByText('2 of 4 that ended')).toBeVisible();
  await expect(page.getByText(/pull requests closed unmerged are no success/)).toBeVisible();

  const drawn = (name: RegExp) => page.getByRole('img', { name }).locator('svg.recharts-surface').first();
  await expect(drawn(/^Work items by day/).locator('.recharts-bar-rectangle path')).not.toHaveCount(0);
  // Two days have a rate, a duration and a wait; those between have no point and no line to them.
  await expect(drawn(/^Success rate/).locator('.recharts-line-dot')).toHaveCount(2);
  await expect(drawn(/^Duration/).locator('.recharts-line-dot')).toHaveCount(2);
  await expect(drawn(/^Queue wait/).locator('.recharts-line-dot')).toHaveCount(4);
  await expect(drawn(/^USD/).locator('.recharts-bar-rectangle path')).toHaveCount(2);
  await expect(drawn(/^USD/).locator('.recharts-line-dot')).toHaveCount(1);
  await expect(page.getByRole('img', { name: /^USD/ }).getByText('$6.00')).toBeVisible();
  await expect(drawn(/^Iterations per/).locator('.recharts-line-dot')).toHaveCount(1);

  await page.getByText('Figures', { exact: true }).click();
  const rows = page.getByRole('region', { name: 'Figures over time' }).getByRole('row');
  await expect(rows).toHaveCount(8);
  await expect(rows.last()).toContainText('so far');
  const quiet = await rows.nth(1).getByRole('cell').allInnerTexts();
  expect(quiet).toEqual(['0', '0', '0', '0', '0', '–', '–', '–', '–', '–', '0', '$0.00', '–', '0', '–']);
  expect(await rows.nth(4).getByRole('cell').allInnerTexts()).toEqual(
    ['2', '0', '0', '0', '1', '67 %', '41.0 min', '59.9 min', '4.0 min', '9.4 min', '1', '$6.00', '$1.50', '9', '4.0'], // prettier-ignore
  );
  expect(await cellsOf(page, 'By repository', 'acme/tea')).toEqual(
    ['0', '0', '1', '0', '1', '0 %', '–', '–', '5.5 min', '9.6 min', '0', '$4.25', '–', '2', '–'], // prettier-ignore
  );
  await expectAccessible(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `e2e/.out/shots/metrics-${colorScheme}.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.screenshot({ path: `e2e/.out/shots/metrics-${colorScheme}-phone.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 800 });
  }
});

test('period and repository stand in the address, and the file has what the screen has', async ({ page }) => {
  await page.goto(`${factory.url}/metrics`);
  await page.getByLabel('Period').selectOption('month');
  await page.getByRole('combobox', { name: 'Repository' }).selectOption('acme/shop');
  await expect(page).toHaveURL(/\/metrics\?period=month&repo=acme%2Fshop$/);
  await page.reload();
  await expect(page.getByText('2 of 2 that ended')).toBeVisible();
  await expect(page.getByRole('region', { name: 'By repository' }).getByRole('row')).toHaveCount(2);

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('factory-metrics-month-acme-shop.csv');
  const [head = [], ...rows] = readFileSync(await download.path(), 'utf8').split('\r\n').map((line) => line.split(',')); // prettier-ignore
  const number = (row: string[], name: string) => (row[head.indexOf(name)] === '' ? null : Number(row[head.indexOf(name)]));
  const asShown = (row: string[]) => [
    ...['delivered', 'unverified', 'closed', 'stuck', 'failed'].map((name) => String(number(row, name))),
    percent(number(row, 'successRate')),
    ...['durationP50Seconds', 'durationP95Seconds', 'queueWaitP50Seconds', 'queueWaitP95Seconds'].map((name) => duration(number(row, name))),
    ...[String(number(row, 'merged')), usd(number(row, 'usd')), usd(number(row, 'usdPerMergedPr'))],
    ...[String(number(row, 'iterations')), mean(number(row, 'iterationsPerItem'))],
  ];
  expect(rows.map(([of]) => of)).toEqual(['period', ...Array.from({ length: 30 }, () => 'day'), 'repository']);
  expect(asShown(rows.at(-1) ?? [])).toEqual(await cellsOf(page, 'By repository', 'acme/shop'));
  await page.getByText('Figures', { exact: true }).click();
  const shown = page.getByRole('region', { name: 'Figures over time' }).getByRole('row');
  for (const n of [1, 27, 30]) expect(asShown(rows[n] ?? [])).toEqual(await shown.nth(n).getByRole('cell').allInnerTexts());

  // The same by REST.
  const { summary, repo } = await read('period=month&repo=acme/shop');
  expect([repo, summary.delivered, summary.usdPerMergedPr]).toEqual(['acme/shop', 2, 1.5]);
});
