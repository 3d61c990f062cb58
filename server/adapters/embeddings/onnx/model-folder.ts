import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { AppError } from '../../../domain/app-error.ts';

/** The two places where model folders keep the weights: their own, and that of the Hugging Face hub. */
export const MODEL_PLACES = ['model.onnx', 'onnx/model.onnx'] as const;
/** Beside model.onnx: the tokenizer must be there, the others say how the model wants to be used. */
export const REQUIRED_FILES = ['tokenizer.json'] as const;
export const OPTIONAL_FILES = [
  'tokenizer_config.json',
  'config.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
  'config_sentence_transformers.json',
] as const;
/** A WebAssembly memory ends at 4 GB, and the model stands in it twice while it is read. */
export const MODEL_MAX_BYTES = 1_800_000_000;
export const CONFIG_MAX_BYTES = 64_000_000;
/** As on the card of all-MiniLM-L6-v2, for a model that names no length of its own. */
const DEFAULT_MAX_TOKENS = 256;

const configSchema = z.object({ hidden_size: z.number().int().positive().optional() });
const sentenceSchema = z.object({ max_seq_length: z.number().int().min(2).max(8192).nullish() });
const poolingSchema = z.object({ pooling_mode_cls_token: z.boolean().optional(), pooling_mode_mean_tokens: z.boolean().optional() });
const promptsSchema = z.object({ prompts: z.record(z.string(), z.string().max(1000)).nullish() });

/** A sentence model on disk, and how its card wants it to be used. */
export interface ModelFolder {
  modelFile: string;
  tokenizerFile: string;
  tokenizerConfigFile: string | null;
  /** SHA-256 of model.onnx, in hex. */
  sha256: string;
  /** SHA-256 over all that decides what a vector is: weights, tokenizer, pooling, length and prefixes. */
  fingerprint: string;
  maxTokens: number;
  pooling: 'mean' | 'cls';
  prefixes: { query: string; document: string };
  /** The width that config.json promises; null where it does not say. */
  hiddenSize: number | null;
}

/**
 * Reads a folder in the form of sentence-transformers.
 * @throws AppError with one sentence that names the file that is missing, empty, too large or no JSON
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const modelFile = await findModel(folder);
  const tokenizerFile = join(folder, 'tokenizer.json');
  const tokenizer = await readJson(tokenizerFile, z.looseObject({ model: z.looseObject({}) }));
  if (tokenizer === null) throw new AppError('not_ready', `The embedding model has no tokenizer: ${tokenizerFile} is missing.`);
  const optional = <T>(name: (typeof OPTIONAL_FILES)[number], schema: z.ZodType<T>) => readJson(join(folder, name), schema);
  const tokenizerConfig = await optional('tokenizer_config.json', z.looseObject({}));
  const config = await optional('config.json', configSchema);
  const sentence = await optional('sentence_bert_config.json', sentenceSchema);
  const pooling = await optional('1_Pooling/config.json', poolingSchema);
  const prompts = (await optional('config_sentence_transformers.json', promptsSchema))?.value.prompts ?? {};
  if (pooling && !pooling.value.pooling_mode_cls_token && pooling.value.pooling_mode_mean_tokens === false) {
    throw new AppError('not_ready', `The embedding model in ${folder} wants a pooling that is not known here: mean and first token are.`);
  }
  const card = {
    maxTokens: sentence?.value.max_seq_length ?? DEFAULT_MAX_TOKENS,
    pooling: pooling?.value.pooling_mode_cls_token ? ('cls' as const) : ('mean' as const),
    prefixes: { query: prompts.query ?? '', document: prompts.document ?? prompts.passage ?? '' },
  };
  const sha256 = await sha256Of(modelFile);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([sha256, tokenizer.text, tokenizerConfig?.text ?? '', card]))
    .digest('hex');
  const tokenizerConfigFile = tokenizerConfig === null ? null : join(folder, 'tokenizer_config.json');
  return { modelFile, tokenizerFile, tokenizerConfigFile, sha256, fingerprint, ...card, hiddenSize: config?.value.hidden_size ?? null };
}

/** SHA-256 of a file, in hex, whatever its size. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function findModel(folder: string): Promise<string> {
  for (const place of MODEL_PLACES) {
    const file = join(folder, place);
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) continue;
    if (found.size === 0) throw new AppError('not_ready', `The embedding model ${file} is empty.`);
    if (found.size > MODEL_MAX_BYTES) throw new AppError('not_ready', `The embedding model ${file} is larger than ${MODEL_MAX_BYTES / 1e9} GB.`);
    return file;
  }
  throw new AppError('not_ready', `There is no embedding model in ${folder}: ${MODEL_PLACES[0]} is missing.`);
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<{ text: string; value: T } | null> {
  const found = await stat(file).catch(() => null);
  if (!found) return null;
  if (found.size > CONFIG_MAX_BYTES) throw new AppError('not_ready', `${file} of the embedding model is larger than ${CONFIG_MAX_BYTES / 1e6} MB.`);
  const text = await readFile(file, 'utf8');
  try {
    return { text, value: schema.parse(JSON.parse(text)) };
  } catch (cause) {
    throw new AppError('not_ready', `${file} of the embedding model is damaged or of another form.`, { cause });
  }
}
