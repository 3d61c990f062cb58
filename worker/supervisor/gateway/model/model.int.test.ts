import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../e2e/factory.ts';
import { startTestGateway, type TestGateway, type TestRun } from '../../../../e2e/gateway-fixture.ts';

let world: TestGateway;
let upstream: Server;
let answer: (response: ServerResponse, request: IncomingMessage) => void = () => undefined;
let seen: Array<{ url: string; headers: IncomingMessage['headers']; body: string }> = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      answer(response, request);
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  world = await startTestGateway({ model: { baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` } });
});
afterAll(async () => {
  await world.close();
  upstream.closeAllConnections();
  await new Promise((done) => upstream.close(done));
});
afterEach(() => {
  seen = [];
});

const MODEL = 'claude-sonnet-4-5';
const body = (more: Record<string, unknown> = {}) => ({ model: MODEL, max_tokens: 1000, messages: [{ role: 'user', content: 'hi' }], ...more });
const call = (run: TestRun, payload: unknown, init: RequestInit = {}, path = '/v1/messages') =>
  fetch(`${world.url}/model${path}`, { method: 'POST', headers: { 'x-api-key': run.token }, body: JSON.stringify(payload), ...init });
const settled = (run: TestRun) =>
  until('the settled call', () => world.database.db.modelCall.findFirst({ where: { runId: run.id, settledAt: { not: null } } }), 20_000);
const event = (data: Record<string, unknown>) => `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
const START = event({
  type: 'message_start',
  message: { usage: { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 } },
});
const DELTA = event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'x'.repeat(300) } });
const END = event({ type: 'message_delta', usage: { output_tokens: 50 } });

test('a stream passes as it comes, with the real credential, and its tokens and USD are stored', async () => {
  const run = await world.makeRun();
  let finish = () => undefined as void;
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'anthropic-ratelimit-requests-remaining': '7' });
    response.write(START);
    finish = () => void response.end(DELTA + END);
  };
  const response = await call(run, body({ stream: true }), { headers: { authorization: `Bearer ${run.token}`, 'anthropic-beta': 'b1' } });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toBe(START); // before the upstream has ended
  finish();
  while (!(await reader?.read())?.done);
  expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('7');
  expect(seen[0]).toMatchObject({ url: '/v1/messages', headers: { 'x-api-key': 'sk-real', 'anthropic-beta': 'b1' } });
  expect(JSON.stringify(seen)).not.toContain(run.token);
  const row = await settled(run);
  expect(row).toMatchObject({ status: 200, inputTokens: 130, outputTokens: 50 });
  expect(row.costUsd).toBeCloseTo(((10 + 10 + 25) * 3 + 50 * 15) / 1e6, 10);
  expect(row.reservedUsd).toBeGreaterThan(0.015);
});

test('a JSON answer is counted', async () => {
  const run = await world.makeRun();
  answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ usage: { input_tokens: 5, output_tokens: 6 } }));
  expect(await (await call(run, body())).json()).toEqual({ usage: { input_tokens: 5, output_tokens: 6 } });
  expect(await settled(run)).toMatchObject({ inputTokens: 5, outputTokens: 6 });
});

test('a stream that is cut, by either side, is settled with what is known', async () => {
  const cut = await world.makeRun();
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(START + DELTA, () => response.destroy());
  };
  await expect((await call(cut, body({ stream: true }))).text()).rejects.toThrow();
  expect(await settled(cut)).toMatchObject({ inputTokens: 130, outputTokens: 100 });

  const left = await world.makeRun();
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(START);
  };
  const stop = new AbortController();
  const response = await call(left, body({ stream: true }), { signal: stop.signal });
  await response.body?.getReader().read();
  stop.abort();
  expect(await settled(left)).toMatchObject({ inputTokens: 130, outputTokens: 1 });
});

test('an upstream that cannot be reached costs nothing', async () => {
  const run = await world.makeRun();
  answer = (response) => response.destroy();
  expect((await call(run, body())).status).toBe(503);
  expect(await settled(run)).toMatchObject({ costUsd: 0 });
});

test('a spent usage limit is passed on and pauses admission until its reset', async () => {
  const run = await world.makeRun();
  const reset = Math.floor(Date.now() / 1000) + 3600;
  answer = (response) =>
    response
      .writeHead(429, { 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': String(reset), 'retry-after': '3600' })
      .end('{"type":"error"}');
  const response = await call(run, body());
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('3600');
  expect(await settled(run)).toMatchObject({ status: 429, costUsd: 0 });
  const paused = await until('the pause', () => world.database.db.supervisor.findFirst({ where: { pauseReason: { not: null } } }), 20_000);
  expect(paused.pauseUntil?.getTime()).toBe(reset * 1000);
});

test('past the budget nothing is forwarded, the answer is the API’s shape, and people see it', async () => {
  const run = await world.makeRun({ maxUsd: 0.001 });
  const response = await call(run, body());
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'permission_error', message: expect.any(String) as string } });
  expect(seen).toEqual([]);
  expect((await world.events(run.workItemId)).map(({ type }) => type)).toContain('model.refused');
});

test.each([
  ['an unlisted model', { model: 'gpt-9' }, /gpt-9 is not on the list/],
  ['a search on the model’s side', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, /web_search_20250305/],
  ['a fetch on the model’s side', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }, /web_fetch/],
  ['code on the model’s side', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, /code_execution/],
  ['remote MCP servers', { mcp_servers: [{ type: 'url', url: 'https://x.test' }] }, /mcp_servers/],
  [
    'a picture by address',
    { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://x.test/?q=secret' } }] }] },
    /by address/,
  ],
])('%s is refused', async (_name, more, words) => {
  const run = await world.makeRun();
  const response = await call(run, body(more));
  expect(response.status).toBe(400);
  expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(words);
  expect(seen).toEqual([]);
});

test('tools of the worker’s own and count_tokens pass', async () => {
  const run = await world.makeRun();
  answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":3}');
  const tools = [
    { name: 'Bash', input_schema: {} },
    { type: 'custom', name: 'Read' },
  ];
  expect((await call(run, { model: MODEL, messages: [], tools }, {}, '/v1/messages/count_tokens?beta=true')).status).toBe(200);
  expect(await world.database.db.modelCall.count({ where: { runId: run.id } })).toBe(0);
});

test('other addresses, a verifier and a token that is not known are refused', async () => {
  const run = await world.makeRun();
  expect((await call(run, {}, {}, '/v1/files')).status).toBe(404);
  expect((await call(run, body(), { headers: { 'x-api-key': run.verifierToken } })).status).toBe(403);
  expect((await call(run, body(), { headers: { 'x-api-key': 'fwr_wrong' } })).status).toBe(401);
  expect((await call(run, body(), { headers: {} })).status).toBe(401);
});

test('a subscription’s token goes as bearer with its beta beside the caller’s', async () => {
  const run = await world.makeRun();
  const { model } = world.deps;
  world.deps.model = { ...model, apiKey: null, oauthToken: 'oat-real' };
  answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  try {
    await call(run, body(), { headers: { 'x-api-key': run.token, 'anthropic-beta': 'b1' } });
  } finally {
    world.deps.model = model;
  }
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer oat-real', 'anthropic-beta': 'b1,oauth-2025-04-20' });
  expect(seen[0]?.headers['x-api-key']).toBeUndefined();
});
