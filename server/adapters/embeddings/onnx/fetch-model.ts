import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../domain/app-error.ts';
import { download, withoutQuery } from './download.ts';
import { CONFIG_MAX_BYTES, MODEL_MAX_BYTES, MODEL_PLACES, OPTIONAL_FILES, readModelFolder, REQUIRED_FILES, sha256Of } from './model-folder.ts';

/** What was fetched first, and is held to from then on. It lies beside the folder, so that it outlives a removed one. */
const recordSchema = z.object({ url: z.string(), files: z.record(z.string(), z.object({ sha256: z.string(), sizeBytes: z.number() })) });
type Files = z.output<typeof recordSchema>['files'];

export interface ModelSource {
  dataDir: string;
  /** Address of a folder with model.onnx and tokenizer.json. */
  url: string;
  /** What model.onnx must have; null: what it had at the first fetch. */
  sha256: string | null;
}

/** The folder of a model that was fetched before and is whole; null where it must be fetched. */
export async function fetchedModel(source: ModelSource): Promise<string | null> {
  const { folder } = places(source);
  const files = await readRecord(source);
  if (files === null) return null;
  for (const [name, known] of Object.entries(files)) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.size !== known.sizeBytes || (await sha256Of(file)) !== known.sha256) return null;
  }
  return folder;
}

/**
 * Fetches a model's folder: its files one by one into a folder of parts, which takes its place when all are there and right.
 * @param onProgress hears a sentence whenever some more has come
 * @throws AppError with one sentence: not reachable, broken off, too large, another content than configured or first fetched
 */
export async function fetchModel(
  source: ModelSource,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (sentence: string) => void },
): Promise<string> {
  const { folder, parts } = places(source);
  await rm(parts, { recursive: true, force: true });
  try {
    const files: Files = {};
    const get = async (name: string, maxBytes: number) => {
      const onBytes = name.endsWith('.onnx') ? progress(source.url, onProgress) : undefined;
      const got = await download({ url: addressOf(source.url, name), file: join(parts, name), maxBytes, signal, ...(onBytes && { onBytes }) });
      if (got) files[name] = got;
      return got !== null;
    };
    for (const name of REQUIRED_FILES) {
      if (!(await get(name, CONFIG_MAX_BYTES)))
        throw new AppError('not_ready', `There is no embedding model at ${withoutQuery(source.url)}: ${name} is missing.`);
    }
    for (const name of OPTIONAL_FILES) await get(name, CONFIG_MAX_BYTES);
    if (!((await get(MODEL_PLACES[0], MODEL_MAX_BYTES)) || (await get(MODEL_PLACES[1], MODEL_MAX_BYTES)))) {
      throw new AppError('not_ready', `There is no embedding model at ${withoutQuery(source.url)}: ${MODEL_PLACES[0]} is missing.`);
    }
    await hold(source, files);
    await rm(folder, { recursive: true, force: true });
    await rename(parts, folder);
    return folder;
  } finally {
    await rm(parts, { recursive: true, force: true });
  }
}

/** Compares with what is configured or was first fetched; the first fetch of something that is a model is recorded. */
async function hold(source: ModelSource, files: Files): Promise<void> {
  const { parts, record } = places(source);
  const shown = withoutQuery(source.url);
  const sha256 = MODEL_PLACES.map((place) => files[place]?.sha256).find(Boolean);
  if (source.sha256 !== null && sha256 !== source.sha256) {
    throw new AppError('conflict', `The embedding model at ${shown} has the SHA-256 ${sha256}, which is not that of EMBEDDING_MODEL_SHA256.`);
  }
  const known = await readRecord(source);
  if (known === null) {
    const { modelFile } = await readModelFolder(parts);
    await beginsAsOnnx(modelFile, shown);
    await writeFile(`${record}.part`, JSON.stringify({ url: shown, files }, null, 2));
    await rename(`${record}.part`, record);
    return;
  }
  const changed = [...new Set([...Object.keys(known), ...Object.keys(files)])].find((name) => known[name]?.sha256 !== files[name]?.sha256);
  if (changed === undefined) return;
  const now = files[changed] ? `${changed} has the SHA-256 ${files[changed].sha256} now` : `${changed} is gone`;
  throw new AppError('conflict', `The embedding model at ${shown} has changed since it was first fetched (${now}): if that is right, remove ${record}.`);
}

/** ModelProto begins with its field 1, the version of the format (onnx.proto3): an error page or a pointer of git LFS does not. */
async function beginsAsOnnx(file: string, shown: string): Promise<void> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    if (bytesRead === 1 && buffer[0] === 0x08) return;
  } finally {
    await handle.close();
  }
  throw new AppError('not_ready', `What ${shown} gives as model.onnx is no ONNX model.`);
}

/** What was recorded for the address; null where nothing was, or where another checksum is configured by now. */
async function readRecord(source: ModelSource): Promise<Files | null> {
  const text = await readFile(places(source).record, 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = recordSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new AppError('not_ready', `${places(source).record} is damaged: remove it to trust the embedding model that is fetched next.`);
  const { files } = parsed.data;
  const sha256 = MODEL_PLACES.map((place) => files[place]?.sha256).find(Boolean);
  return source.sha256 !== null && sha256 !== source.sha256 ? null : files;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // as damaged as JSON of another form
  }
}

function places({ dataDir, url }: ModelSource): { folder: string; parts: string; record: string } {
  const folder = join(dataDir, 'embeddings', 'models', createHash('sha256').update(withoutQuery(url)).digest('hex').slice(0, 12));
  return { folder, parts: `${folder}.part`, record: `${folder}.json` };
}

/** Address of a file in the folder; a query, as of a signed address, stays behind it. */
function addressOf(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${name}`;
  return url.href;
}

function progress(url: string, onProgress: (sentence: string) => void): (bytes: number, totalBytes: number | null) => void {
  let said = -1;
  return (bytes, totalBytes) => {
    const step = totalBytes === null ? Math.floor(bytes / 5e6) : Math.floor((bytes / totalBytes) * 20);
    if (step === said) return;
    said = step;
    const megabytes = (size: number) => (size / 1e6).toFixed(size < 1e7 ? 1 : 0);
    onProgress(`Fetching the embedding model from ${new URL(url).host}: ${megabytes(bytes)}${totalBytes === null ? '' : ` of ${megabytes(totalBytes)}`} MB.`);
  };
}
