import { readFile } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '../../../domain/app-error.ts';
import type { Embedder } from '../embedder.ts';
import { ensureWords, WINK, type WordPackage } from './fetch-words.ts';
import { WordMeaning } from './word-meaning.ts';
import { WordTable } from './word-table.ts';

/** Texts between two looks at everything else that waits. */
const BATCH = 64;

export interface WordsDeps {
  dataDir: string;
  signal: AbortSignal;
  onProgress: (sentence: string) => void;
  words?: WordPackage;
}

/**
 * Averages of word vectors: no model and no service, 40 MB of memory.
 * @throws AppError with one sentence, where they cannot be fetched or made
 */
export async function openWordsEmbedder({ dataDir, signal, onProgress, words = WINK }: WordsDeps): Promise<Embedder> {
  const file = await ensureWords({ dataDir, words }, { signal, onProgress });
  const table = new WordTable(await readFile(file), file);
  let meaning: WordMeaning | undefined = new WordMeaning(table);
  const stillOpen = () => {
    if (!meaning || signal.aborted) throw new AppError('unavailable', 'The word vectors were closed.');
    return meaning;
  };
  return {
    ...{ id: `words:${words.name}`, kind: 'words', title: `English word vectors (${words.spec}), on this machine`, dimension: table.dimension },
    embed: async (texts, options) => {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += BATCH) {
        if (at > 0) await breathe();
        options.signal.throwIfAborted();
        const open = stillOpen();
        vectors.push(...texts.slice(at, at + BATCH).map((text) => open.vectorOf(text)));
      }
      return vectors;
    },
    rerank: async (query, texts) => stillOpen().rerank(query, texts),
    close: async () => {
      meaning = undefined;
    },
  };
}
