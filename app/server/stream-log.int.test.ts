import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { storedEventSchema } from '../../server/contracts/run-events.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { createApiToken, revokeApiToken } from '../../server/services/access/api-tokens.ts';
import { openSession } from '../../server/services/access/sessions.ts';
import type { Ctx } from '../../server/services/context.ts';
import { appendEvents, factoryEvent } from '../../server/services/events/append-events.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';
import { GET as ofBrowser } from '../(factory)/work/[id]/log/route.ts';
import { GET as ndjson } from '../api/work/[id]/events/route.ts';
import { GET as text } from '../api/work/[id]/log/route.ts';
import type { WebServices } from './context.ts';

// A log is sent as fast as it is read, which may take hours: meanwhile it grows, and who reads it may be removed.

const LINES = 2_500;

let database: TestDatabase;
let ctx: Ctx;
let id: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const base = { db: database.db, queue, config: serviceConfig(parseEnv({}), 't'), now: () => new Date() };
  (globalThis as { factoryServices?: WebServices }).factoryServices = {
    ...base,
    databaseUrl: database.url,
    appUrl: 'http://localhost:3000',
    prometheus: 'off',
    signIn: null,
  };
  ctx = { ...base, actor: { kind: 'cli', name: 't' } };
});
afterAll(async () => {
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await database.drop();
});
beforeEach(async () => {
  await database.db.apiToken.deleteMany();
  await database.db.user.deleteMany();
  id = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] tea' })).item.id;
  await grow(LINES);
});

async function grow(lines: number): Promise<void> {
  const events = Array.from({ length: lines }, (_, n) => factoryEvent('note', `line ${n}`, new Date()));
  await database.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: null, events }));
}

/** A reader of each route, and what ends its right to look. */
const READERS = {
  'the log as NDJSON, by a token that is revoked': async (signal: AbortSignal) => byToken(ndjson, signal),
  'the log as text, by a token that is revoked': async (signal: AbortSignal) => byToken(text, signal),
  'the log as text, by a member who is removed': async (signal: AbortSignal) => {
    await database.db.user.create({ data: { id: 'grace', name: 'grace', githubId: 'g', role: 'viewer' } });
    const { sessionSecret } = await openSession(database.db, { userId: 'grace', now: new Date() });
    const headers = { host: 'localhost:3000', 'sec-fetch-site': 'same-origin', cookie: `factory_session=${sessionSecret}` };
    const answer = await ofBrowser(request(headers, signal), { params: Promise.resolve({ id }) });
    return { answer, end: () => database.db.user.update({ where: { id: 'grace' }, data: { removedAt: new Date() } }) };
  },
};

async function byToken(route: typeof ndjson, signal: AbortSignal) {
  const { token } = await createApiToken(ctx, { name: 'reader', scope: 'read' });
  const answer = await route(request({ authorization: `Bearer ${token}` }, signal), { params: Promise.resolve({ id }) });
  return { answer, end: () => revokeApiToken(ctx, { name: 'reader' }) };
}

function request(headers: Record<string, string>, signal: AbortSignal): Request {
  return new Request(`http://localhost:3000/api/work/${id}/x`, { headers, signal });
}

/** Reads to the end. @param between called after each piece @returns how many lines came, and whether the answer broke off */
async function read(answer: Response, between: () => Promise<unknown> = () => Promise.resolve()): Promise<{ lines: string[]; broke: boolean }> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      all += piece.value;
      await between();
    }
    return { lines: all.trimEnd().split('\n'), broke: false };
  } catch {
    return { lines: all.trimEnd().split('\n'), broke: true };
  }
}

test.each(Object.keys(READERS) as (keyof typeof READERS)[])('%s in the middle: nothing more comes, and nobody takes it for the whole', async (name) => {
  const { answer, end } = await READERS[name](new AbortController().signal);
  expect(answer.status).toBe(200);
  await end();
  const { lines, broke } = await read(answer);
  expect({ broke, whole: lines.length > LINES }).toEqual({ broke: true, whole: false });
});

test.each(Object.keys(READERS) as (keyof typeof READERS)[])('%s, had it not been so: all lines as of the request, though the log grows on', async (name) => {
  const { answer } = await READERS[name](new AbortController().signal);
  let grown = 0;
  const { lines, broke } = await read(answer, async () => {
    if (grown++ < 10) await grow(1_000);
  });
  expect({ broke, lines: lines.length }).toEqual({ broke: false, lines: LINES + 1 });
});

test('NDJSON from a seq on ends where the log ended when it was asked', async () => {
  const { token } = await createApiToken(ctx, { name: 'reader', scope: 'read' });
  const from = async (after: number) => {
    const asked = new Request(`http://localhost:3000/api/work/${id}/events?after=${after}`, { headers: { authorization: `Bearer ${token}` } });
    const { lines } = await read(await ndjson(asked, { params: Promise.resolve({ id }) }), () => grow(1));
    return lines.filter(Boolean).map((line) => storedEventSchema.parse(JSON.parse(line)).seq);
  };
  expect(await from(LINES - 1)).toEqual([LINES, LINES + 1]);
  expect(await from(999_999)).toEqual([]);
});

test('for a reader who went away nothing more is read', async () => {
  const gone = new AbortController();
  const { answer } = await READERS['the log as NDJSON, by a token that is revoked'](gone.signal);
  const { lines } = await read(answer, () => Promise.resolve(gone.abort()));
  expect(lines.length).toBeLessThan(LINES);
});
