import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import superjson from 'superjson';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createDb } from '../../server/db/client.ts';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { openSession } from '../../server/services/access/sessions.ts';
import { factoryEvent } from '../../server/services/events/append-events.ts';
import { recordFactoryEvents } from '../../server/services/events/record-factory-events.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';
import { GET } from '../api/trpc/[trpc]/route.ts';
import type { WebServices } from './context.ts';
import { LIVE_LOG_ADDRESS, serveLiveLog } from './live-log-stream.ts';

let database: TestDatabase;
let queue: Queue;
let server: Server;
let home: string;
let id: string;
let cookie: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  await queue.start();
  const base = { db, queue, config: serviceConfig(parseEnv({}), 't'), now: () => new Date() };
  (globalThis as { factoryServices?: WebServices }).factoryServices = {
    ...base,
    databaseUrl: database.url,
    appUrl: 'http://localhost',
    prometheus: 'off',
    signIn: null,
  };
  id = (await createWorkItem({ ...base, actor: { kind: 'cli', name: 't' } }, { repo: 'https://git.test/a.git', spec: '- [ ] tea' })).item.id;
  await db.user.create({ data: { id: 'ann', name: 'ann', githubId: 'ann', role: 'viewer' } });
  cookie = `factory_session=${(await openSession(db, { userId: 'ann', now: new Date() })).sessionSecret}`;
  server = createServer((request, response) => void serveLiveLog(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  home = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  process.emit('factory:stop' as 'exit', 0);
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  server.closeAllConnections();
  server.close();
  await queue.stop();
  await database.drop();
});

const query = (input: unknown) => `${LIVE_LOG_ADDRESS}?input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`;
const write = (count: number, text: string, db = database.db) => {
  const events = Array.from({ length: count }, (_, n) => factoryEvent('note', `${text} ${n}`, new Date()));
  return recordFactoryEvents(db, { workItemId: id, runId: null, events });
};

/** Reads an answer until what came matches, or until it ends. */
async function readUntil(answer: Response, pattern: RegExp): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (pattern.test(text)) break;
  }
  return text;
}
const own = (path: string, headers: Record<string, string> = { cookie }, signal?: AbortSignal) => fetch(home + path, { headers, ...(signal && { signal }) });
const trpcs = (path: string, headers: Record<string, string> = { cookie }) =>
  GET(new Request(`http://localhost${path}`, { headers: { ...headers, accept: 'text/event-stream' } }));

test('a viewer reads to the letter what tRPC itself would have sent: backlog, what comes, and from the last id', async () => {
  await write(3, 'before');
  const asked: Record<string, string>[] = [{ cookie }, { cookie, 'last-event-id': '2' }];
  for (const headers of asked) {
    const [ours, theirs] = [readUntil(await own(query({ id }), headers), /^id: \d+\n\n/m), readUntil(await trpcs(query({ id }), headers), /^id: \d+\n\n/m)];
    expect(await ours).toContain('before 2');
    expect(await ours).toBe((await theirs).replaceAll(/(?<=\n\n)\n/g, ''));
  }
  const live = readUntil(await own(query({ id })), /after 1/);
  await write(2, 'after');
  expect(await live).toContain('after 0');
});

test('nobody, an item that is none and a request that is no JSON are refused in words, and the log of errors stays empty', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const refusal = async (answer: Response) => /event: serialized-error\ndata: (.*)/.exec(await answer.text())?.[1];
  expect(await refusal(await own(query({ id }), {}))).toContain('"httpStatus":401');
  expect(await refusal(await own(query({ id }), { cookie: 'factory_session=fss_nobody-was-given-this' }))).toContain('"httpStatus":401');
  expect(await refusal(await own(query({ id: 'nosuch' })))).toContain('"httpStatus":404');
  expect(await refusal(await own(`${LIVE_LOG_ADDRESS}?input=%7B`))).toContain('"httpStatus":400');
  expect(await refusal(await own(LIVE_LOG_ADDRESS))).toContain('"httpStatus":400');
  expect(await refusal(await own(query({ id }), { cookie, 'last-event-id': '1 OR 1=1' }))).toContain('"httpStatus":400');
  expect(log).not.toHaveBeenCalled();
  log.mockRestore();
});

test('requests that hold every connection of the web hold up nobody’s live log', async () => {
  const open = await own(query({ id }));
  const seen = readUntil(open, /meanwhile 0/);
  const others = createDb(database.url, 2);
  let letGo = () => undefined as void;
  const held = others.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(4711)`;
    const waiting = Array.from({ length: 30 }, () => database.db.$executeRaw`SELECT pg_advisory_xact_lock_shared(4711)`.catch(() => undefined));
    await new Promise<void>((resolve) => (letGo = resolve));
    return waiting;
  });
  await expect.poll(() => waitingFor(others)).toBe(10);
  await write(1, 'meanwhile', others);
  expect(await seen).toContain('meanwhile 0');
  letGo();
  await Promise.all(await held);
  await others.$disconnect();
});

/** How many connections wait for a lock, asked by another client. */
async function waitingFor(db: TestDatabase['db']): Promise<number | undefined> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.n;
}

test('who leaves is forgotten: with the last viewer the connection that listens for news ends', async () => {
  const listeners = async () => {
    const [row] = await database.db.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN factory%'`;
    return row?.n;
  };
  await expect.poll(listeners).toBe(0);
  const leave = new AbortController();
  await readUntil(await own(query({ id }), { cookie }, leave.signal), /^id: /m).catch(() => undefined);
  const staying = new AbortController();
  const open = await own(query({ id }), { cookie }, staying.signal);
  await expect.poll(listeners).toBe(1);
  leave.abort();
  staying.abort();
  await expect(open.text()).rejects.toThrow();
  await expect.poll(listeners).toBe(0);
});
