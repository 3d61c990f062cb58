import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTinyModel } from '../../../../e2e/learnings/tiny-model.ts';
import { AppError } from '../../../domain/app-error.ts';
import type { Embedder } from '../embedder.ts';
import { readModelFolder } from './model-folder.ts';
import { openOnnxEmbedder } from './onnx-embedder.ts';

let folder: string;
let stop: AbortController;
const opened: Embedder[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
  stop = new AbortController();
  writeTinyModel(folder);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Embedder> {
  const embedder = await openOnnxEmbedder(await readModelFolder(folder), { title: 'tiny', signal: stop.signal });
  opened.push(embedder);
  return embedder;
}
const document = () => ({ purpose: 'document' as const, signal: stop.signal });
const cosine = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  [...a].reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
const sentence = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof AppError ? error.message : `no AppError: ${String(error)}`),
  );

test('texts become vectors of length 1, near to each other where their words are', async () => {
  const embedder = await open();
  expect(embedder).toMatchObject({ kind: 'onnx', dimension: 384, title: 'tiny, on this machine' });
  expect(embedder.id).toMatch(/^onnx:[0-9a-f]{12}$/);
  const [migrations, query, css] = await embedder.embed(['Run the migration before the test', 'postgres table', 'CSS button'], document());
  expect(cosine(migrations, migrations)).toBeCloseTo(1, 5);
  expect(cosine(migrations, query)).toBeGreaterThan(cosine(migrations, css) + 0.2);
});

test('a vector does not depend on what else is in the batch, and order is kept over many batches', async () => {
  const embedder = await open();
  const texts = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 'database' : `css button ${'the '.repeat(index)}`));
  const vectors = await embedder.embed(texts, document());
  const [alone] = await embedder.embed(['database'], document());
  expect(vectors).toHaveLength(50);
  expect(cosine(vectors[48], alone)).toBeCloseTo(1, 5);
});

test('texts are cut at the tokens that the model’s card names, and may be empty or huge', async () => {
  const embedder = await open();
  const head = 'css '.repeat(254);
  const [cut, longer, empty, huge] = await embedder.embed([head, `${head}${'database '.repeat(300)}`, '', 'x'.repeat(1_000_000)], document());
  expect(cosine(cut, longer)).toBeCloseTo(1, 5);
  expect(cosine(empty, empty)).toBeCloseTo(1, 5);
  expect(cosine(huge, huge)).toBeCloseTo(1, 5);
});

test('prefixes, pooling and length of the card are used, and another way of use is another id', async () => {
  const plain = await open();
  writeFileSync(join(folder, 'config_sentence_transformers.json'), JSON.stringify({ prompts: { query: 'database ', document: '' } }));
  const prefixed = await open();
  expect(prefixed.id).not.toBe(plain.id);
  const [asDocument] = await prefixed.embed(['database css'], document());
  const [asQuery] = await prefixed.embed(['css'], { purpose: 'query', signal: stop.signal });
  expect(cosine(asDocument, asQuery)).toBeCloseTo(1, 5);
});

test('weights may lie where the hub keeps them', async () => {
  mkdirSync(join(folder, 'onnx'));
  renameSync(join(folder, 'model.onnx'), join(folder, 'onnx/model.onnx'));
  expect((await open()).dimension).toBe(384);
});

test('a missing, empty, truncated or foreign file is named in one sentence', async () => {
  const model = join(folder, 'model.onnx');
  const whole = readFileSync(model);
  writeFileSync(model, whole.subarray(0, whole.length / 2));
  expect(await sentence(open())).toBe(`The embedding model ${model} is damaged, truncated or no ONNX model.`);
  writeFileSync(model, '');
  expect(await sentence(open())).toBe(`The embedding model ${model} is empty.`);
  rmSync(model);
  expect(await sentence(open())).toBe(`There is no embedding model in ${folder}: model.onnx is missing.`);
  writeFileSync(model, whole);
  writeFileSync(join(folder, 'tokenizer.json'), '{"version"');
  expect(await sentence(open())).toBe(`${join(folder, 'tokenizer.json')} of the embedding model is damaged or of another form.`);
  writeFileSync(join(folder, 'tokenizer.json'), '{"model":{"type":"Telepathy"}}');
  expect(await sentence(open())).toBe(`The tokenizer ${join(folder, 'tokenizer.json')} of the embedding model cannot be read.`);
  rmSync(join(folder, 'tokenizer.json'));
  expect(await sentence(open())).toBe(`The embedding model has no tokenizer: ${join(folder, 'tokenizer.json')} is missing.`);
});

test('a model of another width than it promises is refused', async () => {
  writeTinyModel(folder, { dimension: 96, promised: 384 });
  expect(await sentence(open())).toBe(`The embedding model ${join(folder, 'model.onnx')} gives vectors 96 wide, but its config.json says 384.`);
});

test('an abort of the caller ends the wait, not the model', async () => {
  const embedder = await open();
  const caller = new AbortController();
  const under = embedder.embed(new Array<string>(500).fill('database'), { purpose: 'document', signal: caller.signal });
  caller.abort(new Error('enough'));
  await expect(under).rejects.toThrow('enough');
  expect(await embedder.embed(['database'], document())).toHaveLength(1);
});

test('close and the signal end the thread, and what still waits is told', async () => {
  const closed = await open();
  const waiting = sentence(closed.embed(new Array<string>(500).fill('database'), document()));
  await closed.close();
  expect(await waiting).toBe('The embedding model was closed.');
  expect(await sentence(closed.embed(['database'], document()))).toBe('The embedding model was closed.');
  const aborted = await open();
  stop.abort();
  expect(await sentence(aborted.embed(['database'], { purpose: 'query', signal: new AbortController().signal }))).toBe('The embedding model was closed.');
});
