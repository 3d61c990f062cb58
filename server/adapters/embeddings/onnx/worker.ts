import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../domain/app-error.ts';
import type { WorkerAnswer, WorkerModel, WorkerRequest } from './messages.ts';
import { loadSentenceModel } from './sentence-model.ts';

/** The thread that a model runs in: inference would hold up everything else for as long as it takes. */
const port = parentPort;
if (!port) throw new Error('The embedding model runs in a thread of its own.');
const say = (answer: WorkerAnswer) => port.postMessage(answer);
const sentenceOf = (error: unknown, otherwise: string) => (error instanceof AppError ? error.message : otherwise);
const model = workerData as WorkerModel;

try {
  const loaded = await loadSentenceModel(model);
  // Messages come one after the other, and one inference at a time is all that one thread can do.
  let last = Promise.resolve();
  port.on('message', ({ id, texts }: WorkerRequest) => {
    last = last.then(async () => {
      try {
        say({ kind: 'vectors', id, vectors: await loaded.embed(texts) });
      } catch (error) {
        say({ kind: 'refused', id, sentence: sentenceOf(error, `The embedding model ${model.modelFile} failed on a text.`) });
      }
    });
  });
  say({ kind: 'ready', dimension: loaded.dimension });
} catch (error) {
  say({ kind: 'unusable', sentence: sentenceOf(error, `The embedding model ${model.modelFile} cannot be loaded.`) });
}
