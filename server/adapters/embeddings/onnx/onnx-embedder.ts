import { Worker } from 'node:worker_threads';
import { AppError } from '../../../domain/app-error.ts';
import type { Embedder } from '../embedder.ts';
import type { WorkerAnswer, WorkerModel, WorkerRequest } from './messages.ts';
import type { ModelFolder } from './model-folder.ts';

/** Texts an inference: an abort waits for no more than one. */
const BATCH = 16;

/**
 * A sentence model of this machine, loaded in a thread of its own. The thread ends with `close` and with the signal.
 * @throws AppError with one sentence that names the file that cannot be used
 */
export async function openOnnxEmbedder(folder: ModelFolder, { title, signal }: { title: string; signal: AbortSignal }): Promise<Embedder> {
  signal.throwIfAborted();
  const thread = new ModelThread(folder);
  const onAbort = () => void thread.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const close = async () => {
    signal.removeEventListener('abort', onAbort);
    await thread.close();
  };
  try {
    const dimension = await thread.start();
    return {
      ...{ id: `onnx:${folder.fingerprint.slice(0, 12)}`, kind: 'onnx', title: `${title}, on this machine`, dimension, close },
      embed: async (texts, options) => {
        const prefix = folder.prefixes[options.purpose];
        const vectors: Float32Array[] = [];
        for (let at = 0; at < texts.length; at += BATCH) {
          const batch = texts.slice(at, at + BATCH).map((text) => prefix + text);
          vectors.push(...(await thread.embed(batch, options.signal)));
        }
        return vectors;
      },
    };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  }
}

interface Waiting {
  resolve: (vectors: Float32Array[]) => void;
  reject: (error: unknown) => void;
}

/** Owns the thread: a crashed one is started again by the next text. */
class ModelThread {
  readonly #model: WorkerModel;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #ready: Promise<number> | undefined;
  #closed = false;
  #lastId = 0;

  constructor({ modelFile, tokenizerFile, tokenizerConfigFile, maxTokens, pooling, hiddenSize }: ModelFolder) {
    this.#model = { modelFile, tokenizerFile, tokenizerConfigFile, maxTokens, pooling, hiddenSize };
  }

  /** Width of the model's vectors, once it is loaded. */
  start(): Promise<number> {
    if (this.#closed) return Promise.reject(new AppError('unavailable', 'The embedding model was closed.'));
    return (this.#ready ??= new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: this.#model, execArgv: [] });
      this.#worker = worker;
      const fail = (sentence: string, cause?: unknown) => {
        const error = new AppError('unavailable', sentence, { cause });
        reject(error);
        if (this.#worker !== worker) return;
        this.#worker = this.#ready = undefined;
        for (const { reject: refuse } of this.#waiting.values()) refuse(error);
        this.#waiting.clear();
        void worker.terminate();
      };
      worker.on('message', (answer: WorkerAnswer) => {
        if (answer.kind === 'ready') resolve(answer.dimension);
        else if (answer.kind === 'unusable') fail(answer.sentence);
        else this.#settle(answer);
      });
      worker.once('error', (error) => fail(`The embedding model ${this.#model.modelFile} crashed.`, error));
      worker.once('exit', () => fail(this.#closed ? 'The embedding model was closed.' : `The embedding model ${this.#model.modelFile} ended.`));
    }));
  }

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    signal.throwIfAborted();
    await this.start();
    signal.throwIfAborted();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(id);
        reject(signal.reason as Error);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', onAbort);
          settle(value);
        };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#worker?.postMessage({ id, texts } satisfies WorkerRequest);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #settle(answer: Extract<WorkerAnswer, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'vectors') waiting?.resolve(answer.vectors);
    else waiting?.reject(new AppError('unavailable', answer.sentence));
  }
}
