/** Turns texts into vectors whose nearness is nearness in meaning. */
export interface Embedder {
  /** Stable, and kept beside every vector: vectors of two ids are never compared. `onnx:<12 hex>`, `endpoint:<host>/<model>`, `words:wink-100d`. */
  readonly id: string;
  readonly kind: 'onnx' | 'endpoint' | 'words';
  /** For people: "all-MiniLM-L6-v2, on this machine". */
  readonly title: string;
  readonly dimension: number;
  /**
   * Vectors of length 1, one a text, in order.
   * @throws AppError with one clear sentence; the signal's reason once it is aborted
   */
  embed(texts: readonly string[], options: { purpose: 'query' | 'document'; signal: AbortSignal }): Promise<Float32Array[]>;
  /** A second look at candidates: best word matches weighted by rarity. Higher is better, one figure a text. */
  rerank?(query: string, texts: readonly string[]): Promise<number[]>;
  close(): Promise<void>;
}

export interface EmbedderChoice {
  embedder: Embedder | null;
  /** One sentence for people: what is used and why, or why there is none. */
  because: string;
}

/** What the environment says of embeddings; null is unset. */
export interface EmbeddingConfig {
  kind: 'auto' | 'onnx' | 'endpoint' | 'words' | 'none';
  /** A folder with model.onnx and tokenizer.json. */
  modelPath: string | null;
  /** Address of such a folder. */
  modelUrl: string | null;
  /** Of model.onnx, 64 hex digits. */
  modelSha256: string | null;
  /** Of an OpenAI-compatible service; `/embeddings` is added. */
  baseUrl: string | null;
  model: string | null;
  apiKey: string | null;
}

/** What pino's logger is, as far as embedders use it. */
export interface EmbedderLog {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
}
