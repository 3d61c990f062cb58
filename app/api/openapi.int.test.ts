import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { OPERATIONS, type Operation } from '../../server/contracts/openapi.ts';
import { limitsViewSchema } from '../../server/contracts/settings.ts';
import { hashSecret } from '../../server/db/ids.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import type { WebServices } from '../server/context.ts';
import { GET as description } from './openapi.json/route.ts';

const API = import.meta.dirname;
const HOME = 'http://localhost:3000';
const TOKEN = 'fct_a-token-of-this-test';
/** These are for browsers and machines that watch, or for what is not there; they are no part of the API. */
const NOT_DESCRIBED = /^\/api\/(trpc|auth|sign-in|sign-out|openapi\.json|prometheus|\[\.\.\.path\])/;

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.object({ schema: z.json() })) })) })),
  ),
});

let database: TestDatabase;
let queue: Queue;
const handlers = new Map<string, Handler>();
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const services = {
    db,
    queue,
    config: serviceConfig(parseEnv({}), 't'),
    now: () => new Date(),
    databaseUrl: database.url,
    appUrl: HOME,
    prometheus: 'all' as const,
    signIn: null,
  };
  (globalThis as { factoryServices?: WebServices }).factoryServices = services;
  await db.apiToken.create({ data: { id: 't', name: 't', scope: 'admin', hash: hashSecret(TOKEN) } });
  for (const file of readdirSync(API, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('route.ts'))) {
    const folder = `/api/${dirname(file)}`;
    if (NOT_DESCRIBED.test(folder)) continue;
    const path = folder.replaceAll('[', '{').replaceAll(']', '}');
    const module = (await import(join(API, file))) as Record<string, Handler>;
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const handler = module[method];
      if (handler) handlers.set(`${method.toLowerCase()} ${path}`, handler);
    }
  }
});
afterAll(async () => {
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await queue.stop();
  await database.drop();
});

const keyOf = ({ method, path }: Operation) => `${method} ${path}`;

async function ask(operation: Operation, id: string, body?: object, token = TOKEN): Promise<Response> {
  const handler = handlers.get(keyOf(operation));
  if (!handler) throw new Error(`no route for ${keyOf(operation)}`);
  const init = { method: operation.method.toUpperCase(), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
  const request = new Request(HOME + operation.path.replace('{id}', id), {
    ...init,
    ...(body && operation.method !== 'get' ? { body: JSON.stringify(body) } : {}),
  });
  return handler(request, { params: Promise.resolve({ id }) });
}

/** Holds an answer against the published description, as a reader of it would. */
async function expectDescribed(operation: Operation, answer: Response): Promise<void> {
  const document = documentSchema.parse(await description().json());
  const responses = document.paths[operation.path]?.[operation.method]?.responses ?? {};
  const described = responses[String(answer.status)] ?? responses.default;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const schema = described?.content[type]?.schema;
  expect([keyOf(operation), answer.status, type, schema === undefined]).toEqual([keyOf(operation), answer.status, type, false]);
  if (type !== 'application/json') return void (await answer.body?.cancel());
  const read = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(await answer.json());
  expect([keyOf(operation), read.error?.issues ?? []]).toEqual([keyOf(operation), []]);
}

test('every route is described, and nothing else', () => {
  expect(OPERATIONS.map(keyOf).sort()).toEqual([...handlers.keys()].sort());
});

test('every answer is as described, good and bad', async () => {
  const operation = (key: string) => OPERATIONS.find((each) => keyOf(each) === key) as Operation;
  const submit = { source: 'test', sourceId: '1', repo: 'acme/shop', spec: '- [ ] tea' };
  const made = await ask(operation('post /api/work'), '', submit);
  expect(made.status).toBe(201);
  const { id } = (await made.clone().json()) as { id: string };
  await expectDescribed(operation('post /api/work'), made);
  await expectDescribed(operation('post /api/work'), await ask(operation('post /api/work'), '', submit));
  await expectDescribed(operation('post /api/work'), await ask(operation('post /api/work'), '', { repo: 'acme/shop' }));
  const steps: [string, object?][] = [
    ['patch /api/work/{id}', { priority: 'high' }],
    ['post /api/work/{id}/message', { text: 'Mind the tea.' }],
    ['post /api/work/{id}/pause'],
    ['post /api/work/{id}/resume'],
    ['post /api/work/{id}/cancel'],
    ['post /api/work/{id}/retry', { fresh: true }],
  ];
  for (const [key, body] of steps) {
    const answer = await ask(operation(key), id, body);
    expect([key, answer.ok]).toEqual([key, true]);
    await expectDescribed(operation(key), answer);
  }
  const settings: [string, object?][] = [
    ['patch /api/settings/limits', { name: 'maxWorkers', value: 3 }],
    ['post /api/settings/pause', { reason: 'tea' }],
    ['post /api/settings/pause'],
    ['get /api/settings/limits'],
    ['patch /api/settings/limits', { name: 'maxWorkers' }],
    ['post /api/settings/resume'],
  ];
  const said: unknown[] = [];
  for (const [key, body] of settings) {
    const answer = await ask(operation(key), '', body);
    const { limits, pause } = limitsViewSchema.parse(await answer.clone().json());
    said.push([answer.status, limits.find(({ name }) => name === 'maxWorkers')?.value, pause?.reason ?? null]);
    await expectDescribed(operation(key), answer);
  }
  expect(said).toEqual([
    [200, 3, null],
    [200, 3, 'tea'],
    [200, 3, ''],
    [200, 3, ''],
    [200, 2, ''],
    [200, 2, null],
  ]);
  await expectDescribed(operation('patch /api/settings/limits'), await ask(operation('patch /api/settings/limits'), '', { name: 'maxWorkers', value: -1 }));
  for (const each of OPERATIONS.filter(({ method }) => method === 'get')) {
    const answer = await ask(each, id);
    expect([keyOf(each), answer.status]).toEqual([keyOf(each), 200]);
    await expectDescribed(each, answer);
  }
  for (const each of OPERATIONS) await expectDescribed(each, await ask(each, 'none', {}, 'fct_nobody-was-given-this'));
});
