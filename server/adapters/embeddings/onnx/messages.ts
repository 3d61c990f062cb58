import type { ModelFolder } from './model-folder.ts';

/** What the thread is started with. */
export type WorkerModel = Pick<ModelFolder, 'modelFile' | 'tokenizerFile' | 'tokenizerConfigFile' | 'maxTokens' | 'pooling' | 'hiddenSize'>;

export interface WorkerRequest {
  id: number;
  texts: string[];
}

/** What the thread says: once that it is ready or cannot be, then one answer a request. A sentence is for people. */
export type WorkerAnswer =
  | { kind: 'ready'; dimension: number }
  | { kind: 'unusable'; sentence: string }
  | { kind: 'vectors'; id: number; vectors: Float32Array[] }
  | { kind: 'refused'; id: number; sentence: string };
