import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeTinyModel } from '../../../e2e/learnings/tiny-model.ts';
import { chooseEmbedder } from './choose-embedder.ts';
import type { EmbedderChoice, EmbeddingConfig } from './embedder.ts';
import { compactWords } from './words/word-table.ts';

const NOTHING: EmbeddingConfig = { kind: 'auto', modelPath: null, modelUrl: null, modelSha256: null, baseUrl: null, model: null, apiKey: null };
const log = { info: () => undefined, warn: () => undefined };
let root: string;
let stop: AbortController;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'choose-embedder-'));
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(root, { recursive: true, force: true });
});

const choose = (config: Partial<EmbeddingConfig>, defaultModelUrl = 'http://127.0.0.1:1'): Promise<EmbedderChoice> =>
  chooseEmbedder({ ...NOTHING, ...config }, { dataDir: join(root, 'data'), signal: stop.signal, log, defaultModelUrl });

test('switched off there is none, and it says so', async () => {
  expect(await choose({ kind: 'none' })).toEqual({ embedder: null, because: 'Embeddings are switched off (EMBEDDING=none): search is by words.' });
});

test('a model folder is used, and named by its folder', async () => {
  const modelPath = join(root, 'tiny-model');
  writeTinyModel(modelPath);
  const { embedder, because } = await choose({ modelPath });
  expect(because).toBe('tiny-model, on this machine: set by EMBEDDING_MODEL_PATH.');
  expect(await embedder?.embed(['database'], { purpose: 'query', signal: stop.signal })).toHaveLength(1);
});

test('a model folder that cannot be used is said, and nothing takes its place', async () => {
  const modelPath = join(root, 'nowhere');
  expect(await choose({ modelPath })).toEqual({
    embedder: null,
    because: `There is no embedding model in ${modelPath}: model.onnx is missing. Search is by words.`,
  });
  writeTinyModel(modelPath);
  const { embedder, because } = await choose({ modelPath, modelSha256: 'a'.repeat(64) });
  expect(embedder).toBeNull();
  expect(because).toMatch(/has the SHA-256 [0-9a-f]{64}, which is not that of EMBEDDING_MODEL_SHA256\. Search is by words\.$/);
});

test('an endpoint that cannot be used is said, and nothing takes its place', async () => {
  const baseUrl = 'http://127.0.0.1:1/v1';
  const modelPath = join(root, 'tiny-model');
  writeTinyModel(modelPath);
  expect(await choose({ baseUrl, model: 'nomic', modelPath })).toEqual({
    embedder: null,
    because: 'The embedding endpoint 127.0.0.1:1 cannot be reached. Search is by words.',
  });
  expect((await choose({ kind: 'onnx', baseUrl, model: 'nomic', modelPath })).embedder?.kind).toBe('onnx');
});

describe('where nothing is configured', () => {
  /** The word vectors as they lie in DATA_DIR once they were fetched. */
  function haveWords(): void {
    mkdirSync(join(root, 'data/embeddings/words'), { recursive: true });
    writeFileSync(join(root, 'data/embeddings/words/wink-100d.bin'), compactWords({ dimension: 4, words: ['css'], vectorOf: () => [1, 2, 3, 4] }));
  }
  const server = createServer((request, response) => {
    const file = join(root, request.url ?? '');
    if (existsSync(file)) response.writeHead(200).end(readFileSync(file));
    else response.writeHead(404).end();
  });
  let defaultModelUrl: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    defaultModelUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hub`;
  });
  afterAll(() => server.close());

  test('word vectors serve where the default model cannot be had, and the model as soon as it can', async () => {
    haveWords();
    const first = await choose({}, defaultModelUrl);
    expect(first.embedder?.kind).toBe('words');
    expect(first.because).toMatch(
      /^English word vectors \(.+\), on this machine: used until all-MiniLM-L6-v2 can be had, which is tried at every start\. There is no embedding model at .+\.$/,
    );
    writeTinyModel(join(root, 'hub'));
    const second = await choose({}, defaultModelUrl);
    expect(second).toMatchObject({
      embedder: { kind: 'onnx', title: 'all-MiniLM-L6-v2, on this machine' },
      because: 'all-MiniLM-L6-v2, on this machine: the default model.',
    });
    rmSync(join(root, 'hub'), { recursive: true });
    expect((await choose({}, defaultModelUrl)).embedder?.id).toBe(second.embedder?.id);
  });

  test('each kind can be had by name, and then nothing takes its place', async () => {
    haveWords();
    writeTinyModel(join(root, 'hub'));
    expect((await choose({ kind: 'words' }, defaultModelUrl)).because).toMatch(/^English word vectors \(.+\), on this machine: set by EMBEDDING\.$/);
    rmSync(join(root, 'hub'), { recursive: true });
    expect(await choose({ kind: 'onnx' }, defaultModelUrl)).toMatchObject({
      embedder: null,
      because: expect.stringMatching(/^There is no embedding model at .+ Search is by words\.$/) as string,
    });
  });

  test('with neither to be had, all that failed is said', async () => {
    mkdirSync(join(root, 'data/embeddings/words'), { recursive: true });
    writeFileSync(join(root, 'data/embeddings/words/wink-100d.bin'), 'short');
    const { embedder, because } = await choose({}, defaultModelUrl);
    expect(embedder).toBeNull();
    expect(because).toMatch(/^There is no embedding model at .+ The word vectors .+ are damaged or truncated.+ Search is by words\.$/);
  });
});

test('an abort is thrown on, not taken for a failed embedder', async () => {
  stop.abort(new Error('enough'));
  await expect(choose({ modelPath: root })).rejects.toThrow('enough');
});
