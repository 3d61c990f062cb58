import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTinyModel } from '../../../../e2e/learnings/tiny-model.ts';
import { AppError } from '../../../domain/app-error.ts';
import { fetchedModel, fetchModel } from './fetch-model.ts';
import { sha256Of } from './model-folder.ts';

let root: string;
let server: Server;
let url: string;
let asked: string[];
let said: string[];
/** Answers instead of the files, where a test sets it. */
let instead: ((path: string, response: ServerResponse) => boolean) | undefined;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fetch-model-'));
  asked = [];
  said = [];
  instead = undefined;
  writeTinyModel(join(root, 'served'));
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push(request.url ?? '');
    if (instead?.(path, response)) return;
    const file = join(root, path);
    if (!existsSync(file)) return void response.writeHead(404).end('not here');
    response.writeHead(200, { 'content-length': statSync(file).size }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/served`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

const source = (sha256: string | null = null, from = url) => ({ dataDir: join(root, 'data'), url: from, sha256 });
const fetchIt = (sha256: string | null = null, { signal = new AbortController().signal, from = url } = {}) =>
  fetchModel(source(sha256, from), { signal, onProgress: (sentence) => said.push(sentence) });
const sentence = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof AppError ? error.message : `no AppError: ${String(error)}`),
  );
const kept = () => readdirSync(join(root, 'data/embeddings/models'));

test('a model is fetched once, with progress, and found whole afterwards without the network', async () => {
  expect(await fetchedModel(source())).toBeNull();
  const folder = await fetchIt();
  expect(readFileSync(join(folder, 'model.onnx'))).toEqual(readFileSync(join(root, 'served/model.onnx')));
  expect(said.at(-1)).toMatch(/^Fetching the embedding model from 127\.0\.0\.1:\d+: 0\.0 of 0\.0 MB\.$/);
  asked = [];
  expect(await fetchedModel(source())).toBe(folder);
  expect(asked).toEqual([]);
  expect(kept().sort()).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), expect.stringMatching(/^[0-9a-f]{12}\.json$/)]);
});

test('the checksum of the first fetch is held to: changed content is refused, and what was fetched stays', async () => {
  const folder = await fetchIt();
  const first = readFileSync(join(folder, 'model.onnx'));
  writeTinyModel(join(root, 'served'), { seed: 2 });
  expect(await sentence(fetchIt())).toMatch(
    /has changed since it was first fetched \(model\.onnx has the SHA-256 [0-9a-f]{64} now\): if that is right, remove .*\.json\.$/,
  );
  expect(await fetchedModel(source())).toBe(folder);
  expect(readFileSync(join(folder, 'model.onnx'))).toEqual(first);
  rmSync(folder, { recursive: true });
  expect(await sentence(fetchIt())).toMatch(/has changed since it was first fetched/);
  rmSync(`${folder}.json`);
  expect(await fetchIt()).toBe(folder);
});

test('a configured checksum is what counts, before and after the first fetch', async () => {
  const right = await sha256Of(join(root, 'served/model.onnx'));
  expect(await sentence(fetchIt('0'.repeat(64)))).toBe(`The embedding model at ${url} has the SHA-256 ${right}, which is not that of EMBEDDING_MODEL_SHA256.`);
  expect(kept()).toEqual([]);
  await fetchIt(right);
  writeTinyModel(join(root, 'served'), { seed: 2 });
  const next = await sha256Of(join(root, 'served/model.onnx'));
  expect(await fetchedModel(source(next))).toBeNull();
  await fetchIt(next);
  expect(await fetchedModel(source(next))).not.toBeNull();
});

test('a damaged or truncated file on disk is found, and fetched again', async () => {
  const folder = await fetchIt();
  const whole = readFileSync(join(folder, 'model.onnx'));
  const flipped = Buffer.from(whole);
  flipped[5000] = (flipped[5000] ?? 0) ^ 1;
  for (const damaged of [whole.subarray(0, 1000), flipped]) {
    writeFileSync(join(folder, 'model.onnx'), damaged);
    expect(await fetchedModel(source())).toBeNull();
    await fetchIt();
    expect(readFileSync(join(folder, 'model.onnx'))).toEqual(whole);
  }
});

test('what is missing, refused, broken off or not reachable is one sentence, and no part is left', async () => {
  rmSync(join(root, 'served/model.onnx'));
  expect(await sentence(fetchIt())).toBe(`There is no embedding model at ${url}: model.onnx is missing.`);
  expect(asked).toContain('/served/onnx/model.onnx');
  instead = (_path, response) => Boolean(response.writeHead(403).end('no'));
  expect(await sentence(fetchIt())).toBe(`${url}/tokenizer.json cannot be fetched: the server answered 403.`);
  writeTinyModel(join(root, 'served'));
  instead = (path, response) => {
    if (!path.endsWith('model.onnx')) return false;
    response.writeHead(200, { 'content-length': 100_000 }).write(Buffer.alloc(1000, 8), () => response.destroy());
    return true;
  };
  expect(await sentence(fetchIt())).toBe(`${url}/model.onnx broke off before it was whole.`);
  instead = (path, response) => path.endsWith('model.onnx') && Boolean(response.writeHead(200, { 'content-length': 5e9 }).end());
  expect(await sentence(fetchIt())).toBe(`${url}/model.onnx is larger than the 1800 MB that are taken.`);
  expect(await sentence(fetchIt(null, { from: 'http://127.0.0.1:1/served?key=hunter2' }))).toBe('http://127.0.0.1:1/served/tokenizer.json cannot be reached.');
  expect(kept()).toEqual([]);
});

test('an error page is not taken for a model, nor remembered as one', async () => {
  instead = (_path, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please sign in</h1>'));
  expect(await sentence(fetchIt())).toMatch(/tokenizer\.json of the embedding model is damaged or of another form\.$/);
  instead = (path, response) => path.endsWith('model.onnx') && Boolean(response.writeHead(200).end('version https://git-lfs.github.com/spec/v1'));
  expect(await sentence(fetchIt())).toBe(`What ${url} gives as model.onnx is no ONNX model.`);
  expect(kept()).toEqual([]);
  instead = undefined;
  await fetchIt();
});

test('the query of a signed address goes with every file', async () => {
  await fetchIt(null, { from: `${url}?key=hunter2` });
  expect(asked.every((path) => path.endsWith('?key=hunter2'))).toBe(true);
  const record = kept().find((name) => name.endsWith('.json')) ?? '';
  expect(readFileSync(join(root, 'data/embeddings/models', record), 'utf8')).not.toMatch(/hunter2/);
});

test('an abort ends a transfer that is under way', async () => {
  const stop = new AbortController();
  instead = (path, response) => {
    if (!path.endsWith('model.onnx')) return false;
    response.writeHead(200, { 'content-length': 100_000 }).write(Buffer.alloc(1000, 8));
    stop.abort(new Error('enough'));
    return true;
  };
  await expect(fetchIt(null, { signal: stop.signal })).rejects.toThrow('enough');
  expect(kept()).toEqual([]);
});
