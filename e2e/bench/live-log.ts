import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import superjson from 'superjson';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { type Factory, signIn, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { ms, percentile, type Row } from './figures.ts';

const AGENT = join(import.meta.dirname, '../agents/ticker.mjs');
const LINES_EVERY_MS = 20;
const FLOOR_ROUNDS = 300;
/** Beyond three times the floor, this much is allowed: two batches of 20 ms on the way, and some room. */
const ALLOWED_MS = 50;

/** How many workers print at once, and how many people watch each. */
interface Crowd {
  workers: number;
  /** How long each prints: workers start one after the other. */
  lines: number;
  viewersEach: number;
}

/** One worker, ten viewers. */
export const benchLog = (): Promise<Row[]> => bench({ workers: 1, lines: 600, viewersEach: 10 });
/** Ten workers, and 200 viewers of whom each watches one. */
export const benchFanOut = (): Promise<Row[]> => bench({ workers: 10, lines: 1_750, viewersEach: 20 });

/** A line that the agent prints → the event in a viewer's hand, against a raw NOTIFY → SSE to as many viewers in the same run. */
async function bench(crowd: Crowd): Promise<Row[]> {
  const env = { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT} ${crowd.lines}`, MAX_WORKERS: String(crowd.workers) };
  const factory = await startFactory({ env });
  try {
    const floor = await measureFloor(factory.databaseUrl(), crowd);
    const times = await measureLog(factory, crowd);
    const [p50, p99, floor50, floor99] = [percentile(times, 50), percentile(times, 99), percentile(floor, 50), percentile(floor, 99)];
    const goal = ALLOWED_MS + 3 * floor99;
    const who = `${crowd.workers === 1 ? 'agent’s line' : `${crowd.workers} agents’ lines`} → ${crowd.workers * crowd.viewersEach} viewers`;
    return [
      { name: `${who}, p50`, value: ms(p50), floor: `${ms(floor50)} raw NOTIFY → SSE`, ratio: `${(p50 / floor50).toFixed(1)}×` },
      {
        name: `${who}, p99`,
        value: ms(p99),
        floor: `${ms(floor99)} raw NOTIFY → SSE`,
        goal: `≤ 50 ms + 3 × floor = ${ms(goal)}`,
        met: p99 <= goal,
      },
    ];
  } finally {
    await factory.stop();
  }
}

async function measureLog(factory: Factory, { workers, viewersEach }: Crowd): Promise<number[]> {
  const cookie = await signIn(factory);
  const stop = new AbortController();
  const times: number[] = [];
  const ids: string[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const body = JSON.stringify({ repo: createBareRepository(), spec: '- [ ] Tick', verify: 'true' });
    ids.push(((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id);
  }
  // Only what is printed while all of them print counts: the load is whole then.
  const state = { printing: new Set<string>(), ended: 0 };
  const onChunk = (id: string) => (text: string, at: number) => {
    for (const [, printed] of text.matchAll(/tick (\d{13})/g)) {
      state.printing.add(id);
      if (state.printing.size === workers && state.ended === 0) times.push(at - Number(printed));
    }
  };
  const viewers = ids.flatMap((id) => {
    const input = encodeURIComponent(JSON.stringify(superjson.serialize({ id })));
    const url = `${factory.url}/api/trpc/work.events?input=${input}`;
    return Array.from({ length: viewersEach }, () => readStream(url, { cookie, signal: stop.signal, onChunk: onChunk(id) }));
  });
  await until('the items to complete', async () => {
    const [row] = await factory.sql<{ n: number }>("SELECT count(*)::int AS n FROM work_item WHERE state = 'completed'");
    const [done] = await factory.sql<{ n: number }>('SELECT count(*)::int AS n FROM iteration WHERE finished_at IS NOT NULL');
    state.ended = done?.n ?? 0;
    return row?.n === workers;
  });
  stop.abort();
  await Promise.all(viewers);
  if (times.length < workers * viewersEach * 100) throw new Error(`only ${times.length} lines were measured`);
  return times;
}

/** Reads an event stream until the signal; lines may come in several pieces. */
async function readStream(
  url: string,
  { cookie, signal, onChunk }: { cookie?: string; signal: AbortSignal; onChunk: (text: string, at: number) => void },
): Promise<void> {
  try {
    const answer = await fetch(url, { headers: { accept: 'text/event-stream', ...(cookie ? { cookie } : {}) }, signal });
    if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of answer.body) {
      const text = rest + decoder.decode(bytes, { stream: true });
      const end = text.lastIndexOf('\n') + 1;
      onChunk(text.slice(0, end), Date.now());
      rest = text.slice(end);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The least that is possible: a NOTIFY, one listener, and a plain event stream to as many viewers, at the same pace. */
async function measureFloor(url: string, { workers, viewersEach }: Crowd): Promise<number[]> {
  const listener = new pg.Client({ connectionString: url });
  const sender = new pg.Client({ connectionString: url });
  await Promise.all([listener.connect(), sender.connect()]);
  const open = Array.from({ length: workers }, () => new Set<{ write: (text: string) => void }>());
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    open[Number(request.url?.slice(1))]?.add(response);
  });
  listener.on('notification', ({ payload = '' }) => open[Number(payload.split(' ', 1)[0])]?.forEach((viewer) => viewer.write(`data: ${payload}\n\n`)));
  await listener.query('LISTEN bench_log');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const stop = new AbortController();
  const times: number[] = [];
  const onChunk = (text: string, at: number) => {
    for (const [, sent] of text.matchAll(/tick (\d{13})/g)) times.push(at - Number(sent));
  };
  const all = Array.from({ length: workers * viewersEach }, (_, viewer) => viewer % workers);
  const viewers = all.map((worker) => readStream(`http://127.0.0.1:${port}/${worker}`, { signal: stop.signal, onChunk }));
  await until('the viewers', () => open.every((each) => each.size === viewersEach));
  for (let round = 0; round < FLOOR_ROUNDS; round++) {
    const next = new Promise((resolve) => setTimeout(resolve, LINES_EVERY_MS));
    // One after the other, as workers that know nothing of each other do.
    for (let worker = 0; worker < workers; worker++) await sender.query(`SELECT pg_notify('bench_log', '${worker} tick ${Date.now()}')`);
    await next;
  }
  await until('all lines', () => times.length >= all.length * FLOOR_ROUNDS);
  stop.abort();
  await Promise.all(viewers);
  server.closeAllConnections();
  server.close();
  await Promise.all([listener.end(), sender.end()]);
  // Clocks are read in whole milliseconds: below one, a ratio would say nothing.
  return times.map((time) => Math.max(1, time));
}
