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
const VIEWERS = 10;
const FLOOR_ROUNDS = 300;
/** Beyond three times the floor, this much is allowed: two batches of 20 ms on the way, and some room. */
const ALLOWED_MS = 50;

/** A line that the agent prints → the event in a viewer's hand, against a raw NOTIFY → SSE with as many viewers in the same run. */
export async function benchLog(): Promise<Row[]> {
  const factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}` } });
  try {
    const floor = await measureFloor(factory.databaseUrl());
    const times = await measureLog(factory);
    const [p50, p99, floor50, floor99] = [percentile(times, 50), percentile(times, 99), percentile(floor, 50), percentile(floor, 99)];
    const goal = ALLOWED_MS + 3 * floor99;
    return [
      { name: `agent's line → ${VIEWERS} viewers, p50`, value: ms(p50), floor: `${ms(floor50)} raw NOTIFY → SSE`, ratio: `${(p50 / floor50).toFixed(1)}×` },
      {
        name: `agent's line → ${VIEWERS} viewers, p99`,
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

async function measureLog(factory: Factory): Promise<number[]> {
  const cookie = await signIn(factory);
  const repo = createBareRepository();
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, spec: '- [ ] Tick', verify: 'true' }) });
  const { id } = (await answer.json()) as WorkItemView;
  const stop = new AbortController();
  const times: number[] = [];
  const input = encodeURIComponent(JSON.stringify(superjson.serialize({ id })));
  const viewers = Array.from({ length: VIEWERS }, () =>
    readStream(`${factory.url}/api/trpc/work.events?input=${input}`, {
      cookie,
      signal: stop.signal,
      onChunk: (text, at) => {
        for (const [, printed] of text.matchAll(/tick (\d{13})/g)) times.push(at - Number(printed));
      },
    }),
  );
  await until('the item to complete', async () => ((await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView).state === 'completed');
  stop.abort();
  await Promise.all(viewers);
  if (times.length < VIEWERS * 500) throw new Error(`only ${times.length} lines reached the viewers`);
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

/** The least that is possible: a NOTIFY, one listener, and a plain event stream to as many viewers. */
async function measureFloor(url: string): Promise<number[]> {
  const listener = new pg.Client({ connectionString: url });
  const sender = new pg.Client({ connectionString: url });
  await Promise.all([listener.connect(), sender.connect()]);
  const open = new Set<{ write: (text: string) => void; end: () => void }>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    open.add(response);
  });
  listener.on('notification', ({ payload }) => open.forEach((viewer) => viewer.write(`data: ${payload}\n\n`)));
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
  const viewers = Array.from({ length: VIEWERS }, () => readStream(`http://127.0.0.1:${port}/`, { signal: stop.signal, onChunk }));
  await until('the viewers', () => open.size === VIEWERS);
  for (let round = 0; round < FLOOR_ROUNDS; round++) {
    await sender.query(`SELECT pg_notify('bench_log', 'tick ${Date.now()}')`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await until('all lines', () => times.length >= VIEWERS * FLOOR_ROUNDS);
  stop.abort();
  await Promise.all(viewers);
  server.closeAllConnections();
  server.close();
  await Promise.all([listener.end(), sender.end()]);
  // Clocks are read in whole milliseconds: below one, a ratio would say nothing.
  return times.map((time) => Math.max(1, time));
}
