import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { AppError } from '../../../domain/app-error.ts';
import { isUsable, normalise, pool } from '../vectors.ts';
import type { WorkerModel } from './messages.ts';

/** More characters than this never matter: no token that is kept can begin behind them. */
const MAX_CHARACTERS_A_TOKEN = 30;

export interface SentenceModel {
  dimension: number;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/**
 * Loads tokenizer and weights, and embeds one text to learn the width of the model.
 * @throws AppError with one sentence that names the file
 */
export async function loadSentenceModel(model: WorkerModel): Promise<SentenceModel> {
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  const tokenizer = await loadTokenizer(model);
  const session = await InferenceSession.create(await readFile(model.modelFile)).catch((cause: unknown) => {
    throw new AppError('not_ready', `The embedding model ${model.modelFile} is damaged, truncated or no ONNX model.`, { cause });
  });
  const foreign = session.inputNames.filter((name) => !INPUTS.includes(name));
  if (foreign.length > 0) throw new AppError('not_ready', `The embedding model ${model.modelFile} is no sentence model: it asks for ${foreign.join(', ')}.`);
  const embed = (texts: readonly string[]) => infer({ session, tokenizer, model }, texts);
  const dimension = (await embed(['a first text']))[0]?.length ?? 0;
  if (model.hiddenSize !== null && model.hiddenSize !== dimension) {
    throw new AppError('not_ready', `The embedding model ${model.modelFile} gives vectors ${dimension} wide, but its config.json says ${model.hiddenSize}.`);
  }
  return { dimension, embed };
}

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

async function loadTokenizer({ tokenizerFile, tokenizerConfigFile }: WorkerModel): Promise<Tokenizer> {
  const json = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as object;
  try {
    return new Tokenizer(await json(tokenizerFile), tokenizerConfigFile ? await json(tokenizerConfigFile) : {});
  } catch (cause) {
    throw new AppError('not_ready', `The tokenizer ${tokenizerFile} of the embedding model cannot be read.`, { cause });
  }
}

interface Loaded {
  session: InferenceSession;
  tokenizer: Tokenizer;
  model: WorkerModel;
}

async function infer({ session, tokenizer, model }: Loaded, texts: readonly string[]): Promise<Float32Array[]> {
  const rows = texts.map((text) => truncate(tokenizer.encode(text.slice(0, model.maxTokens * MAX_CHARACTERS_A_TOKEN)).ids, model.maxTokens));
  const length = Math.max(1, ...rows.map((ids) => ids.length));
  const padded = (of: (id: number) => number) => rows.flatMap((ids) => Array.from({ length }, (_, at) => (ids[at] === undefined ? 0 : of(ids[at]))));
  const mask = padded(() => 1);
  const dims = [rows.length, length];
  const tensor = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  const feeds = { input_ids: tensor(padded((id) => id)), attention_mask: tensor(mask), token_type_ids: tensor(padded(() => 0)) };
  const outputs = await session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))));
  const vectors = readOutput(outputs, { mask, rows: rows.length, length, model });
  if (!vectors.every(isUsable)) throw new AppError('not_ready', `The embedding model ${model.modelFile} gave a vector that is no vector.`);
  return vectors.map(normalise);
}

/** The first tokens, with the one that ends a text still at the end. */
function truncate(ids: readonly number[], maxTokens: number): number[] {
  return ids.length <= maxTokens ? [...ids] : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
}

/** Vectors of tokens are pooled; a model that pools by itself has an output of one row a text. */
function readOutput(
  outputs: InferenceSession.ReturnType,
  { mask, rows, length, model }: { mask: number[]; rows: number; length: number; model: WorkerModel },
): Float32Array[] {
  const floats = Object.values(outputs).filter((output) => output.type === 'float32');
  const tokens = floats.find(({ dims }) => dims.length === 3 && dims[0] === rows && dims[1] === length);
  const dimension = tokens?.dims[2] ?? 0;
  if (tokens && dimension > 0) return pool(tokens.data as Float32Array, { mask, rows, length, dimension, pooling: model.pooling });
  const sentences = floats.find(({ dims }) => dims.length === 2 && dims[0] === rows && (dims[1] ?? 0) > 1);
  const width = sentences?.dims[1] ?? 0;
  if (!sentences) throw new AppError('not_ready', `The embedding model ${model.modelFile} is no sentence model: it gives vectors of neither tokens nor texts.`);
  return Array.from({ length: rows }, (_, row) => (sentences.data as Float32Array).slice(row * width, (row + 1) * width));
}
