import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTinyModel } from '../../../e2e/learnings/tiny-model.ts';
import { chooseEmbedder } from './choose-embedder.ts';
import type { EmbedderChoice, EmbeddingConfig } from './embedder.ts';

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

const choose = (config: Partial<EmbeddingConfig>): Promise<EmbedderChoice> =>
  chooseEmbedder({ ...NOTHING, ...config }, { dataDir: join(root, 'data'), signal: stop.signal, log });

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

test('an abort is thrown on, not taken for a failed embedder', async () => {
  stop.abort(new Error('enough'));
  await expect(choose({ modelPath: root })).rejects.toThrow('enough');
});
