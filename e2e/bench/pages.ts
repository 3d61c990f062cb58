import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../chromium.ts';
import { signIn, startFactory } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { ms, percentile, type Row } from './figures.ts';

const SLOWER = 4;
const TIMES = 5;
const JS_GOAL_KB = 250;
const LCP_GOAL_MS = 1_000;
/** A tab is open for a while before somebody goes somewhere in it: its own start is no part of a page's. */
const TAB_MS = 1_000;

interface Visit {
  /** As it came over the wire. */
  jsBytes: number;
  lcpMs: number;
}

/** What a first visit of each screen costs a browser with an empty cache: JavaScript over the wire, and the largest paint on a CPU made four times slower. */
export async function benchPages(): Promise<Row[]> {
  const factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo', MAX_WORKERS: '0' } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  try {
    const body = JSON.stringify({ repo: createBareRepository(), spec: '- [ ] Wait' });
    const { id } = (await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView;
    const [name = '', value = ''] = (await signIn(factory)).split('=');
    const cookie = { name, value, url: factory.url };
    const floor = await measureFloor(browser);
    const rows: Row[] = [];
    for (const path of ['/', '/work', '/work/new', `/work/${id}`, '/workers', '/learnings', '/metrics', '/settings/health']) {
      const visits: Visit[] = [];
      for (let time = 0; time < TIMES; time++) visits.push(await visit(browser, { url: factory.url + path, cookie }));
      rows.push(...rowsOf(path.replace(id, ':id'), visits, floor));
    }
    return rows;
  } finally {
    await browser.close();
    await factory.stop();
  }
}

function rowsOf(path: string, visits: readonly Visit[], floor: number): Row[] {
  const kb = Math.max(...visits.map(({ jsBytes }) => jsBytes)) / 1024;
  const lcp = percentile(
    visits.map(({ lcpMs }) => lcpMs),
    50,
  );
  // How much is loaded is the overview's goal, how soon it shows every screen's.
  const kbGoal = path === '/' ? { goal: `≤ ${JS_GOAL_KB} KB`, met: kb <= JS_GOAL_KB } : {};
  return [
    { name: `${path}  JavaScript, compressed`, value: `${kb.toFixed(0)} KB`, ...kbGoal },
    {
      name: `${path}  LCP on ${SLOWER}× slower CPU, median of ${TIMES}`,
      value: ms(lcp),
      floor: `${ms(floor)} one line of text`,
      ratio: `${(lcp / floor).toFixed(1)}×`,
      goal: `≤ ${ms(LCP_GOAL_MS)}`,
      met: lcp <= LCP_GOAL_MS,
    },
  ];
}

/** ms to the largest paint of a page that is one line of text, as soon as it is asked for: what the machine and its browser take for any page. */
async function measureFloor(browser: Browser): Promise<number> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><main>One line of text</main>'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) times.push((await visit(browser, { url })).lcpMs);
  server.closeAllConnections();
  server.close();
  return percentile(times, 50);
}

async function visit(browser: Browser, { url, cookie }: { url: string; cookie?: { name: string; value: string; url: string } }): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    if (cookie) await context.addCookies([cookie]);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    const scripts = new Set<string>();
    let jsBytes = 0;
    cdp.on('Network.responseReceived', ({ requestId, type }) => void (type === 'Script' && scripts.add(requestId)));
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => void (scripts.has(requestId) && (jsBytes += encodedDataLength)));
    await sleep(TAB_MS);
    await page.goto(url, { waitUntil: 'load' });
    await page.getByRole('main').waitFor();
    const lcpMs = await largestPaint(page);
    if (cookie && jsBytes === 0) throw new Error(`${url} loaded no script`);
    return { jsBytes, lcpMs };
  } finally {
    await context.close();
  }
}

/** ms from the start of the navigation to the largest paint, once two seconds have brought no larger one. */
function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let latest = 0;
        let settled = setTimeout(() => resolve(latest), 2_000);
        new PerformanceObserver((list) => {
          latest = list.getEntries().at(-1)?.startTime ?? latest;
          clearTimeout(settled);
          settled = setTimeout(() => resolve(latest), 2_000);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );
}
