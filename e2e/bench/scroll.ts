import { chromium } from '@playwright/test';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { signIn, startFactory } from '../factory.ts';
import { fillLongLog, LONG_LOG_LINES } from '../long-log.ts';
import { createBareRepository } from '../repository.ts';
import { ms, type Row } from './figures.ts';

const TURNS = 200;
const GOAL_MS = 50;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

/** Scrolls through 100,000 lines of a log in a real browser; the longest task that held up the page. */
export async function benchScroll(): Promise<Row[]> {
  const factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', MAX_WORKERS: '0' } });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const body = JSON.stringify({ repo: createBareRepository(), spec: '- [ ] Wait' });
    const { id } = (await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView;
    await fillLongLog(factory, id);
    const context = await browser.newContext();
    const [name = '', value = ''] = (await signIn(factory)).split('=');
    await context.addCookies([{ name, value, url: factory.url }]);
    const page = await context.newPage();
    await page.goto(`${factory.url}/work/${id}`);
    const log = page.getByRole('log');
    await log.getByText(`line ${LONG_LOG_LINES} `).waitFor({ timeout: 120_000 });
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
    });
    await log.hover();
    for (let turn = 0; turn < TURNS; turn++) await page.mouse.wheel(0, turn % 4 === 3 ? 40_000 : -900);
    const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
    const longest = Math.max(0, ...tasks);
    const shown = longest === 0 ? `none over ${GOAL_MS} ms` : `${tasks.length} over ${GOAL_MS} ms, longest ${ms(longest)}`;
    return [{ name: 'tasks while 100,000 lines scroll', value: shown, goal: `none over ${GOAL_MS} ms`, met: longest <= GOAL_MS }];
  } finally {
    await browser.close();
    await factory.stop();
  }
}
