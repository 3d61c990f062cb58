import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../../domain/app-error.ts';
import { openEndpointEmbedder } from './endpoint-embedder.ts';

interface Asked {
  path: string;
  authorization: string | undefined;
  body: { model: string; input: string[] };
}

let root: string;
let server: Server;
let baseUrl: string;
let asked: Asked[];
/** What is answered instead, first come first served. */
let instead: Array<(response: ServerResponse, question: Asked) => void>;
let width: number;
const stop = () => new AbortController().signal;

/** Vectors that tell their text: its length and its place in the request. */
const vectors = (input: string[]) => input.map((text, index) => ({ index, embedding: [text.length, index, ...new Array<number>(width - 2).fill(0.5)] }));

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'endpoint-'));
  asked = [];
  instead = [];
  width = 8;
  server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const question = { path: request.url ?? '', authorization: request.headers.authorization, body: JSON.parse(body) as Asked['body'] };
      asked.push(question);
      const other = instead.shift();
      if (other) return other(response, question);
      json(response, 200, { object: 'list', data: vectors(question.body.input).reverse() });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
});
afterEach(async () => {
  await closeServer();
  rmSync(root, { recursive: true, force: true });
});

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
async function closeServer(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
const KEY = 'key-hunter2-hunter2';
const host = () => new URL(baseUrl).host;
const open = (apiKey: string | null = KEY) => openEndpointEmbedder({ baseUrl, model: 'nomic', apiKey }, { dataDir: root, signal: stop() });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof AppError ? error.message : `no AppError: ${String(error)}`),
  );
const document = () => ({ purpose: 'document' as const, signal: stop() });

test('texts go out in batches under the key, and come back in order, of length 1', async () => {
  const embedder = await open();
  expect(embedder).toMatchObject({ id: `endpoint:${host()}/nomic`, kind: 'endpoint', title: `nomic at ${host()}`, dimension: 8 });
  asked = [];
  const got = await embedder.embed(
    Array.from({ length: 70 }, (_, index) => 'x'.repeat(index + 1)),
    document(),
  );
  expect(asked.map(({ path, authorization, body }) => [path, authorization, body.model, body.input.length])).toEqual([
    ['/v1/embeddings', `Bearer ${KEY}`, 'nomic', 32],
    ['/v1/embeddings', `Bearer ${KEY}`, 'nomic', 32],
    ['/v1/embeddings', `Bearer ${KEY}`, 'nomic', 6],
  ]);
  got.forEach((vector, index) => {
    expect((vector[0] ?? 0) / (vector[2] ?? 1)).toBeCloseTo((index + 1) / 0.5, 2);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });
});

test('without a key none is sent; empty and endless texts are made such that a service takes them', async () => {
  const embedder = await open(null);
  await embedder.embed(['', 'x'.repeat(1_000_000)], document());
  expect(asked.at(-1)?.authorization).toBeUndefined();
  expect(asked.at(-1)?.body.input.map((text) => text.length)).toEqual([1, 8000]);
});

test('what may pass is tried again: overload, a fault, a lost connection', async () => {
  const embedder = await open();
  for (const first of [
    (response: ServerResponse) => json(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '0' }),
    (response: ServerResponse) => json(response, 500, 'oops', { 'retry-after': '0' }),
    (response: ServerResponse) => void response.destroy(),
  ]) {
    instead = [first];
    expect(await embedder.embed(['x'], document())).toHaveLength(1);
  }
  instead = Array.from({ length: 5 }, () => (response: ServerResponse) => json(response, 503, { error: 'model is loading' }, { 'retry-after': '0' }));
  expect(await failure(embedder.embed(['x'], document()))).toBe(`The embedding endpoint ${host()} answered 503: model is loading.`);
  expect(instead).toHaveLength(2);
});

test('a query is asked once: a person waits for it', async () => {
  const embedder = await open();
  instead = [(response) => json(response, 503, {})];
  expect(await failure(embedder.embed(['x'], { purpose: 'query', signal: stop() }))).toBe(`The embedding endpoint ${host()} answered 503.`);
});

test('what does not pass is one sentence, asked once, and the key is in none', async () => {
  const embedder = await open();
  const answers: Array<[(response: ServerResponse) => void, string]> = [
    [(response) => json(response, 401, { error: { message: `Incorrect API key: ${KEY}` } }), 'refused EMBEDDING_API_KEY (401).'],
    [
      (response) => json(response, 400, { error: { message: `model “nomic” not found,\n key ${KEY}.` } }),
      'answered 400: model “nomic” not found, key [redacted].',
    ],
    [(response) => json(response, 404, '<html>'), 'answered 404.'],
    [(response) => json(response, 307, {}, { location: 'http://127.0.0.1:1/' }), 'sends to another address: name that one in EMBEDDING_BASE_URL.'],
    [(response) => void response.writeHead(200).end('<html>sign in</html>'), 'gave an answer that holds no vector for each text.'],
    [(response) => json(response, 200, { data: [] }), 'gave an answer that holds no vector for each text.'],
    [(response) => json(response, 200, { data: vectors(['a', 'b']) }), 'gave an answer that holds no vector for each text.'],
    [(response) => json(response, 200, { data: [{ index: 3, embedding: [1, 2] }] }), 'gave an answer that holds no vector for each text.'],
    [(response) => json(response, 200, { data: [{ index: 0, embedding: ['1', null] }] }), 'gave an answer that holds no vector for each text.'],
    [(response) => json(response, 200, { data: [{ index: 0, embedding: new Array(8).fill(0) }] }), 'gave a vector that is no vector.'],
    [
      (response) => json(response, 200, { data: [{ index: 0, embedding: [1, 2, 3] }] }),
      'gives vectors 3 wide now, no longer 8: restart to embed everything anew.',
    ],
  ];
  for (const [answer, sentence] of answers) {
    instead = [answer];
    expect(await failure(embedder.embed(['x'], document()))).toBe(`The embedding endpoint ${host()} ${sentence}`);
    expect(instead).toEqual([]);
  }
});

test('a key that is no header is in no error and no cause', async () => {
  const error = await open('line one\nhunter2').then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(JSON.stringify([String(error), (error as AppError).cause, (error as AppError).stack])).not.toContain('hunter2');
});

test('a service that is down at a later start is used when it is back; one that was never there is said', async () => {
  await open();
  const { port } = new URL(baseUrl);
  await closeServer();
  const embedder = await open();
  expect(embedder.dimension).toBe(8);
  expect(await failure(embedder.embed(['x'], { purpose: 'query', signal: stop() }))).toBe(`The embedding endpoint ${host()} cannot be reached (ECONNREFUSED).`);
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  expect(await embedder.embed(['x'], document())).toHaveLength(1);
  rmSync(join(root, 'embeddings'), { recursive: true });
  await closeServer();
  expect(await failure(open())).toBe(`The embedding endpoint ${host()} cannot be reached (ECONNREFUSED).`);
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
});

test('an abort or a close ends a question that hangs', async () => {
  const embedder = await open();
  const caller = new AbortController();
  instead = [() => caller.abort(new Error('enough')), () => void embedder.close()];
  await expect(embedder.embed(['x'], { purpose: 'query', signal: caller.signal })).rejects.toThrow('enough');
  expect(await failure(embedder.embed(['x'], document()))).toBe('The embedding endpoint was closed.');
  expect(await failure(embedder.embed(['x'], document()))).toBe('The embedding endpoint was closed.');
});
