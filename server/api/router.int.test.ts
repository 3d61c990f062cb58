import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import superjson from 'superjson';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../adapters/queue.ts';
import { factoryEvent } from '../services/events/append-events.ts';
import type { Actor, Ctx } from '../services/context.ts';
import { createWorkItem } from '../services/work/create-work-item.ts';
import { LiveFeed } from '../services/events/live-feed.ts';
import { recordFactoryEvents } from '../services/events/record-factory-events.ts';
import { appRouter } from './router.ts';
import type { ApiContext } from './trpc.ts';

const PERSON: Actor = { kind: 'person', id: 'local', name: 'local', role: 'admin' };
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let stopped: AbortController;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const limits = { maxWorkers: 1, dailyBudget: 1, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const commands = { setupCommand: null, verifyCommand: null, agentCommand: null };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.test', ...commands };
  ctx = { actor: { kind: 'cli', name: 't' }, db: database.db, now: () => new Date(), queue, config };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(() => {
  stopped = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  stopped.abort();
});

type Options = Partial<ApiContext> & { input?: unknown; headers?: Record<string, string> };

/** Asks a procedure over HTTP, as a browser would. */
function ask(path: string, { input, headers = {}, ...context }: Options = {}): Promise<Response> {
  const type = procedures()[path];
  const json = JSON.stringify(superjson.serialize(input));
  const url = `http://t/api/trpc/${path}${type === 'mutation' ? '' : `?input=${encodeURIComponent(json)}`}`;
  const req =
    type === 'mutation'
      ? new Request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: json })
      : new Request(url, { headers: { ...(type === 'subscription' ? { accept: 'text/event-stream' } : {}), ...headers } });
  const { actor: _, ...base } = ctx;
  const whole: ApiContext = {
    base,
    actor: PERSON,
    feed: new LiveFeed(ctx, database.url),
    reauthenticate: () => Promise.resolve(PERSON),
    stopped: stopped.signal,
    ...context,
  };
  return fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext: () => whole });
}

/** Every procedure there is, and its kind. */
function procedures(): Record<string, 'query' | 'mutation' | 'subscription'> {
  const all = appRouter._def.procedures as unknown as Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>;
  return Object.fromEntries(paths(all).map(([path, type]) => [path, type]));
}
function paths(node: Record<string, unknown>, prefix = ''): [string, 'query' | 'mutation' | 'subscription'][] {
  return Object.entries(node).flatMap(([name, each]) => {
    const definition = (each as { _def?: { type?: 'query' | 'mutation' | 'subscription' } })._def;
    if (definition?.type) return [[`${prefix}${name}`, definition.type]] as [string, 'query' | 'mutation' | 'subscription'][];
    return paths(each as Record<string, unknown>, `${prefix}${name}.`);
  });
}

async function errorOf(answer: Response): Promise<{ message: string; data: { code: string; field?: string; state?: string; stack?: string } }> {
  const body = (await answer.json()) as { error: { json: { message: string; data: { code: string } } } };
  return body.error.json;
}
/** The status of a refusal; a stream says it in its one message, with nothing of the log before it. */
async function refusalOf(answer: Response): Promise<number> {
  if (!answer.headers.get('content-type')?.includes('event-stream')) return answer.status;
  const text = await readStream(answer);
  expect(text).toContain('event: serialized-error');
  expect(text).not.toMatch(/^id: /m);
  return Number(/"httpStatus":(\d+)/.exec(text)?.[1]);
}
async function submit(): Promise<string> {
  return (await createWorkItem(ctx, { repo: 'https://git.test/a.git', spec: '- [ ] one' })).item.id;
}
async function write(id: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => factoryEvent('note', `line ${n}`, new Date()));
  await recordFactoryEvents(database.db, { workItemId: id, runId: null, events });
}
/** Reads an event stream until a tracked id is seen, or to its end. */
async function readStream(answer: Response, until = Infinity): Promise<string> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) return text;
    text += chunk.value;
    if ([...text.matchAll(/^id: (\d+)/gm)].some(([, id]) => Number(id) >= until)) {
      await reader?.cancel();
      return text;
    }
  }
}

test('every procedure refuses without a session', async () => {
  const all = Object.keys(procedures());
  expect(all).toContain('work.events');
  expect(all.length).toBeGreaterThan(8);
  const id = await submit();
  for (const path of all) {
    const answer = await ask(path, { actor: null, input: { id, fresh: false, repo: 'a/b', spec: '- [ ] x' } });
    expect([path, await refusalOf(answer)]).toEqual([path, 401]);
  }
  expect(await database.db.workItem.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: 'queued' });
});

test('a worker that got hold of the API may not steer work', async () => {
  const actor: Actor = { kind: 'run', runId: 'r', epoch: 1, role: 'worker' };
  for (const path of ['status', 'work.list', 'work.create']) {
    expect([path, (await ask(path, { actor, input: {} })).status]).toEqual([path, 403]);
  }
});

test('a work item comes with its tasks as they are now, and with its spec only where that is asked for', async () => {
  const id = await submit();
  const answerOf = async (path: string) => ((await (await ask(path, { input: { id } })).json()) as { result: { data: { json: unknown } } }).result.data.json;
  const ticked = '# Tea\n\n- [x] one\n  - [ ] two\n';
  const open = await database.db.workItem.update({ where: { id }, data: { spec: ticked.replace('x', ' ') } });
  const before = (await answerOf('work.get')) as object;
  expect(before).not.toHaveProperty('spec');
  expect(before).toHaveProperty('checklist', [
    { text: 'one', done: false, depth: 0, line: 3 },
    { text: 'two', done: false, depth: 1, line: 4 },
  ]);
  expect(await answerOf('work.spec')).toBe(open.spec);
  await database.db.workItem.update({ where: { id }, data: { spec: ticked } });
  expect(((await answerOf('work.get')) as { checklist: { done: boolean }[] }).checklist.map(({ done }) => done)).toEqual([true, false]);
  expect(await answerOf('work.spec')).toBe(ticked);
});

test('what a service refuses comes with its words, the field and the state; what nobody foresaw only with an id', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const unknown = await ask('work.get', { input: { id: 'nosuch' } });
  expect(unknown.status).toBe(404);
  expect((await errorOf(unknown)).message).toBe('There is no work item nosuch.');

  const wrong = await ask('work.create', { input: { repo: 'a/b', spec: 'no task' } });
  expect(wrong.status).toBe(400);
  expect((await errorOf(wrong)).data).toMatchObject({ code: 'BAD_REQUEST', field: 'spec' });

  const id = await submit();
  expect((await ask('work.cancel', { input: { id } })).status).toBe(200);
  const second = await ask('work.cancel', { input: { id } });
  expect(second.status).toBe(409);
  expect((await errorOf(second)).data.state).toBe('cancelled');

  const broken = {
    ...ctx,
    now: () => {
      throw new Error('password=hunter2');
    },
  };
  const failed = await ask('status', { base: broken });
  expect(failed.status).toBe(500);
  const error = await errorOf(failed);
  expect(JSON.stringify(error)).not.toMatch(/hunter2|stack/);
  const [, errorId] = /\(id (\w+)\)/.exec(error.message) ?? [];
  expect(String(log.mock.calls[0]?.[0])).toContain(errorId);
});

test('a stream begins with the backlog and resumes after the last id that the viewer saw', async () => {
  const id = await submit();
  await write(id, 9);
  const whole = await readStream(await ask('work.events', { input: { id } }), 10);
  expect(whole).toContain('line 0');
  const rest = await readStream(await ask('work.events', { input: { id }, headers: { 'last-event-id': '8' } }), 10);
  expect(rest).toContain('line 8');
  expect(rest).not.toContain('line 6');
});

test('a last id that is none is refused, and so is an item that is not there', async () => {
  const id = await submit();
  expect(await refusalOf(await ask('work.events', { input: { id, lastEventId: '1 OR 1=1' } }))).toBe(400);
  expect(await refusalOf(await ask('work.events', { input: { id: 'nosuch' } }))).toBe(404);
});

test('a stream ends when its viewer is signed out, and says so; when the process stops, it just ends', async () => {
  const id = await submit();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let actor: Actor | null = PERSON;
  let text = '';
  const signedOut = await ask('work.events', { input: { id }, reauthenticate: () => Promise.resolve(actor) });
  void readStream(signedOut).then((whole) => (text = whole));
  await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0);
  actor = null;
  await expect
    .poll(async () => {
      await vi.advanceTimersByTimeAsync(31_000);
      return text;
    })
    .toMatch(/event: serialized-error\ndata: .*"code":"UNAUTHORIZED"/);
  vi.useRealTimers();

  const open = readStream(await ask('work.events', { input: { id } }));
  stopped.abort();
  expect(await open).not.toContain('serialized-error');
});

test('a viewer who was removed while his request was under way is let go at once, though he missed the word of it', { timeout: 60_000 }, async () => {
  const id = await submit();
  const feed = new LiveFeed(ctx, database.url);
  const reading = readStream(await ask('work.events', { input: { id }, feed }));
  await expect.poll(listeners).toBe(1);
  const answer = await ask('work.events', { input: { id }, feed, reauthenticate: () => Promise.resolve(null) });
  expect(await readStream(answer)).toContain('"code":"UNAUTHORIZED"');
  stopped.abort();
  await reading;
});

async function listeners(): Promise<number> {
  const rows = await database.db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN factory%'`;
  return rows[0]?.n ?? 0;
}
