import { once, setMaxListeners } from 'node:events';
import { createServer, get } from 'node:http';
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
export const benchFanOut = (): Promise<Row[]> => bench({ workers: 10, lines: 2_250, viewersEach: 20 });

/** A line that the agent prints → the event in a viewer's hand, against a raw NOTIFY → SSE to as many viewers in the same run. */
async function bench(crowd: Crowd): Promise<Row[]> {
  const env = { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT} ${crowd.lines}`, MAX_WORKERS: String(crowd.workers) };
  const factory = await startFactory({ env });
  try {
    const floor = await measureFloor(factory.databaseUrl(), crowd);
    const { times, joinMs } = await measureLog(factory, crowd);
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
      { name: `${who}, who come at once: the last has his first line`, value: ms(joinMs) },
    ];
  } finally {
    await factory.stop();
  }
}

/** @returns of each line and viewer the ms it took; and how long after its worker's first line the last viewer had one */
async function measureLog(factory: Factory, { workers, viewersEach }: Crowd): Promise<{ times: number[]; joinMs: number }> {
  const cookie = await signIn(factory);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each viewer is one
  const seen: { printed: number; took: number }[] = [];
  const span = new Map<string, { first: number; last: number }>();
  const joined: number[] = [];
  const ids: string[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const body = JSON.stringify({ repo: createBareRepository(), spec: '- [ ] Tick', verify: 'true' });
    ids.push(((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id);
  }
  const onChunk = (id: string, viewer: number) => (text: string, at: number) => {
    for (const [, tick] of text.matchAll(/tick (\d{13})/g)) {
      joined[viewer] ??= at;
      const printed = Number(tick);
      span.set(id, { first: span.get(id)?.first ?? printed, last: printed });
      seen.push({ printed, took: at - printed });
    }
  };
  const viewers = ids.flatMap((id, worker) => {
    const input = encodeURIComponent(JSON.stringify(superjson.serialize({ id })));
    const url = `${factory.url}/api/trpc/work.events?input=${input}`;
    return Array.from({ length: viewersEach }, (_, n) => readStream(url, { cookie, signal: stop.signal, onChunk: onChunk(id, worker * viewersEach + n) }));
  });
  await until('the items to complete', async () => {
    const [row] = await factory.sql<{ n: number }>("SELECT count(*)::int AS n FROM work_item WHERE state = 'completed'");
    return row?.n === workers;
  });
  stop.abort();
  await Promise.all(viewers);
  // Only what is printed while all of them print and everybody watches counts: the load is whole then.
  const from = Math.max(...joined, ...[...span.values()].map(({ first }) => first));
  const to = Math.min(...[...span.values()].map(({ last }) => last));
  const times = seen.filter(({ printed }) => printed >= from && printed <= to).map(({ took }) => took);
  if (times.length < workers * viewersEach * 100) throw new Error(`only ${times.length} lines were measured`);
  const joinMs = Math.max(...joined.map((at, viewer) => at - (span.get(ids[Math.floor(viewer / viewersEach)] ?? '')?.first ?? at)));
  return { times, joinMs };
}

/** Reads an event stream until the signal, as cheaply as it can: 200 readers must not take the machine from what they measure. */
function readStream(
  url: string,
  { cookie, signal, onChunk }: { cookie?: string; signal: AbortSignal; onChunk: (text: string, at: number) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/event-stream', ...(cookie ? { cookie } : {}) };
    const fail = (error: Error) => (signal.aborted ? resolve() : reject(error));
    const request = get(url, { headers, signal, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return fail(new Error(`the stream answered ${answer.statusCode}`));
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        const text = rest + piece; // lines may come in several pieces
        const end = text.lastIndexOf('\n') + 1;
        onChunk(text.slice(0, end), Date.now());
        rest = text.slice(end);
      });
      answer.once('error', fail);
      answer.once('end', () => fail(new Error('the stream ended')));
    });
    request.once('error', fail);
  });
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
  setMaxListeners(0, stop.signal);
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
