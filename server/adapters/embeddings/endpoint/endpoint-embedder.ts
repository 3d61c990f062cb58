import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../domain/app-error.ts';
import type { Embedder } from '../embedder.ts';
import { isUsable, normalise } from '../vectors.ts';
import { askEndpoint, type Endpoint, hostOf } from './ask-endpoint.ts';

/** Texts a request: OpenAI takes 2,048, text-embeddings-inference 32 unless it is told otherwise. */
const BATCH = 32;
/** What is behind is left out: a service refuses a text that is too long for its model, and the others of the request with it. */
const TEXT_MAX_CHARACTERS = 8_000;
/** A person waits for a query; documents are embedded in the background. */
const PATIENCE = { query: { attempts: 1, timeoutMs: 10_000 }, document: { attempts: 3, timeoutMs: 60_000 } };

const widthSchema = z.object({ id: z.string(), dimension: z.number().int().positive() });

/**
 * An OpenAI-compatible service: OpenAI, Ollama, vLLM, text-embeddings-inference. It is asked once for the width of its vectors, which is
 * kept in DATA_DIR: a service that is down at a later start is used as soon as it is back.
 * @throws AppError with one sentence, where it cannot be asked and its width is not known
 */
export async function openEndpointEmbedder(endpoint: Endpoint, { dataDir, signal }: { dataDir: string; signal: AbortSignal }): Promise<Embedder> {
  const host = hostOf(endpoint);
  const id = `endpoint:${host}/${endpoint.model}`;
  const dimension = await widthOf({ endpoint, id, file: join(dataDir, 'embeddings', 'endpoint.json') }, signal);
  const closed = new AbortController();
  return {
    ...{ id, kind: 'endpoint', title: `${endpoint.model} at ${host}`, dimension },
    embed: async (texts, options) => {
      const all = AbortSignal.any([options.signal, signal, closed.signal]);
      all.throwIfAborted();
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += BATCH) {
        const batch = texts.slice(at, at + BATCH).map(asInput);
        vectors.push(...(await askEndpoint(endpoint, batch, { ...PATIENCE[options.purpose], signal: all })));
      }
      const other = vectors.find((vector) => vector.length !== dimension);
      if (other)
        throw new AppError(
          'conflict',
          `The embedding endpoint ${host} gives vectors ${other.length} wide now, no longer ${dimension}: restart to embed everything anew.`,
        );
      if (!vectors.every(isUsable)) throw new AppError('not_ready', `The embedding endpoint ${host} gave a vector that is no vector.`);
      return vectors.map(normalise);
    },
    close: async () => closed.abort(new AppError('unavailable', 'The embedding endpoint was closed.')),
  };
}

/** Services refuse an empty text. */
function asInput(text: string): string {
  return text.slice(0, TEXT_MAX_CHARACTERS).trim() || '-';
}

async function widthOf({ endpoint, id, file }: { endpoint: Endpoint; id: string; file: string }, signal: AbortSignal): Promise<number> {
  try {
    const [vector] = await askEndpoint(endpoint, ['a first text'], { ...PATIENCE.query, attempts: 2, signal });
    const dimension = vector?.length ?? 0;
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, JSON.stringify({ id, dimension }));
    return dimension;
  } catch (error) {
    signal.throwIfAborted();
    const known = error instanceof AppError && error.code === 'unavailable' ? await readWidth(file) : null;
    if (known?.id === id) return known.dimension;
    throw error;
  }
}

async function readWidth(file: string): Promise<z.output<typeof widthSchema> | null> {
  try {
    return widthSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null; // not known, or damaged: the service will say it
  }
}
