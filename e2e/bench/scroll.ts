import { chromium } from '@playwright/test';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../chromium.ts';
import { signIn, startFactory } from '../factory.ts';
import { fillLongLog, LONG_LOG_LINES } from '../long-log.ts';
import { createBareRepository } from '../repository.ts';
import { ms, type Row } from './figures.ts';

const TURNS = 200;
const GOAL_MS = 50;

/** Scrolls through 100,000 lines of a log in a real browser; the longest task that held up the page. */
export async function benchScroll(): Promise<Row[]> {
  const factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', MAX_WORKERS: '0' } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
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
    const places = new Set<number>();
    for (let turn = 0; turn < TURNS; turn++) {
      // Screen by screen upwards; now and then far off, as one does by the bar.
      if (turn % 20 === 19) await log.evaluate(jump, ((turn * 7) % TURNS) / TURNS);
      else await page.mouse.wheel(0, -700);
      places.add(await log.evaluate(placeAfterPaint));
    }
    if (places.size < TURNS / 2) throw new Error(`the log was scrolled ${TURNS} times, and stood at ${places.size} places only`);
    const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
    const longest = Math.max(0, ...tasks);
    const shown = longest === 0 ? `none over ${GOAL_MS} ms` : `${tasks.length} over ${GOAL_MS} ms, longest ${ms(longest)}`;
    return [{ name: 'tasks while 100,000 lines scroll', value: shown, goal: `none over ${GOAL_MS} ms`, met: longest <= GOAL_MS }];
  } finally {
    await browser.close();
    await factory.stop();
  }
}

/** Runs in the browser: scrolls to a part of the whole, from 0 to 1. */
function jump(log: Element, part: number): void {
  const scroller = [log, ...log.querySelectorAll('*')].find((each) => each.scrollHeight > 10 * each.clientHeight && each.clientHeight > 0);
  if (scroller) scroller.scrollTop = part * scroller.scrollHeight;
}

/** Runs in the browser: where it stands once what was scrolled to is painted. */
function placeAfterPaint(log: Element): Promise<number> {
  // No function of its own has a name here: what compiles this file would call a helper that the browser has not.
  return new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))).then(() =>
    [log, ...log.querySelectorAll('*')].reduce((sum, each) => sum + Math.round(each.scrollTop), 0),
  );
}
