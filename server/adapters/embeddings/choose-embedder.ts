import { basename, resolve } from 'node:path';
import { AppError } from '../../domain/app-error.ts';
import type { Embedder, EmbedderChoice, EmbedderLog, EmbeddingConfig } from './embedder.ts';
import { openEndpointEmbedder } from './endpoint/endpoint-embedder.ts';
import { fetchedModel, fetchModel, type ModelSource } from './onnx/fetch-model.ts';
import { readModelFolder } from './onnx/model-folder.ts';
import { openOnnxEmbedder } from './onnx/onnx-embedder.ts';
import { openWordsEmbedder } from './words/words-embedder.ts';

/** The model where none is configured: 384 wide, English, 90 MB, Apache 2.0. */
const DEFAULT_MODEL = { name: 'all-MiniLM-L6-v2', url: 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main' };

export interface ChooseDeps {
  dataDir: string;
  /** Ends what is under way, and the embedder with it. */
  signal: AbortSignal;
  log: EmbedderLog;
  /** Hears what is being fetched or prepared, in sentences for people. */
  onProgress?: (sentence: string) => void;
  /** Where the default model is fetched from, if not from its publisher. */
  defaultModelUrl?: string;
}

/**
 * Opens the embedder that the configuration asks for. With `auto` the best that can be had: the configured endpoint or model, else the
 * default model, else word vectors. What is configured by name and cannot be used is said, and nothing takes its place: another embedder
 * would mean to embed everything anew, and back again. May take minutes at the first start: it fetches.
 * @throws only the signal's reason, once it is aborted
 */
export async function chooseEmbedder(config: EmbeddingConfig, deps: ChooseDeps): Promise<EmbedderChoice> {
  if (config.kind === 'none') return { embedder: null, because: 'Embeddings are switched off (EMBEDDING=none): search is by words.' };
  const failed: string[] = [];
  for (const candidate of candidatesOf(config)) {
    deps.signal.throwIfAborted();
    try {
      const embedder = await candidate.open(deps);
      deps.log.info({ embedder: embedder.id, dimension: embedder.dimension }, 'embedder is open');
      return { embedder, because: [`${embedder.title}: ${candidate.why}.`, ...failed].join(' ') };
    } catch (error) {
      deps.signal.throwIfAborted();
      const sentence = error instanceof AppError ? error.message : `${candidate.name} failed.`;
      deps.log.warn({ err: error, candidate: candidate.name }, 'embedder cannot be used');
      failed.push(sentence);
    }
  }
  return { embedder: null, because: `${failed.join(' ')} Search is by words.` };
}

interface Candidate {
  name: string;
  /** Behind the embedder's title, as the end of a sentence. */
  why: string;
  open: (deps: ChooseDeps) => Promise<Embedder>;
}

/** Best first. Only what nobody asked for by name has another behind it. */
function candidatesOf(config: EmbeddingConfig): Candidate[] {
  switch (config.kind) {
    case 'none':
      return [];
    case 'endpoint':
      return [endpoint(config)];
    case 'onnx':
      return [localModel(config)];
    case 'words':
      return [{ ...WORDS, why: 'set by EMBEDDING' }];
    case 'auto':
      if (config.baseUrl !== null) return [endpoint(config)];
      if (config.modelPath !== null || config.modelUrl !== null) return [localModel(config)];
      return [localModel(config), WORDS];
  }
}

const WORDS: Candidate = {
  name: 'word vectors',
  why: `used until ${DEFAULT_MODEL.name} can be had, which is tried at every start`,
  open: ({ dataDir, signal, onProgress = () => undefined }) => openWordsEmbedder({ dataDir, signal, onProgress }),
};

function endpoint({ baseUrl, model, apiKey }: EmbeddingConfig): Candidate {
  return {
    name: 'EMBEDDING_BASE_URL',
    why: 'set by EMBEDDING_BASE_URL',
    open: async ({ dataDir, signal }) => {
      if (baseUrl === null || model === null) throw new AppError('not_ready', 'An embedding endpoint needs EMBEDDING_BASE_URL and EMBEDDING_MODEL.');
      return openEndpointEmbedder({ baseUrl, model, apiKey }, { dataDir, signal });
    },
  };
}

function localModel({ modelPath, modelUrl, modelSha256: sha256 }: EmbeddingConfig): Candidate {
  if (modelPath !== null) return { name: 'EMBEDDING_MODEL_PATH', why: 'set by EMBEDDING_MODEL_PATH', open: (deps) => openFolder(modelPath, { sha256, deps }) };
  if (modelUrl !== null) {
    return {
      name: 'EMBEDDING_MODEL_URL',
      why: 'set by EMBEDDING_MODEL_URL',
      open: (deps) => openUrl({ url: modelUrl, sha256 }, { title: nameOf(modelUrl), deps }),
    };
  }
  return {
    name: DEFAULT_MODEL.name,
    why: 'the default model',
    open: (deps) => openUrl({ url: deps.defaultModelUrl ?? DEFAULT_MODEL.url, sha256 }, { title: DEFAULT_MODEL.name, deps }),
  };
}

async function openFolder(path: string, { sha256, deps }: { sha256: string | null; deps: ChooseDeps }): Promise<Embedder> {
  const folder = await readModelFolder(resolve(path));
  if (sha256 !== null && folder.sha256 !== sha256) {
    throw new AppError('conflict', `The embedding model ${folder.modelFile} has the SHA-256 ${folder.sha256}, which is not that of EMBEDDING_MODEL_SHA256.`);
  }
  return openOnnxEmbedder(folder, { title: basename(resolve(path)), signal: deps.signal });
}

async function openUrl(model: Pick<ModelSource, 'url' | 'sha256'>, { title, deps }: { title: string; deps: ChooseDeps }): Promise<Embedder> {
  const { dataDir, signal, onProgress = () => undefined } = deps;
  const source = { ...model, dataDir };
  const folder = (await fetchedModel(source)) ?? (await fetchModel(source, { signal, onProgress }));
  return openOnnxEmbedder(await readModelFolder(folder), { title, signal });
}

/** The last part of an address that says something: hubs end theirs with /resolve/<revision>. */
function nameOf(url: string): string {
  const { pathname, host } = new URL(url);
  return basename(pathname.replace(/\/resolve\/[^/]+\/*$/, '')) || host;
}
