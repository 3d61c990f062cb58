import { AppError } from '../../../domain/app-error.ts';

const MAGIC = 0x31_44_52_57; // WRD1
const HEADER_BYTES = 20;
/** Words that `splitWords` can give; the others would never be asked for. */
const REACHABLE = /^[a-z0-9]+$/;

export interface WordVectors {
  dimension: number;
  /** By frequency, the most frequent first. */
  words: readonly string[];
  vectorOf: (word: string) => readonly number[] | undefined;
}

/**
 * Word vectors in one block of bytes: header (magic, words, dimension, words of the whole vocabulary, bytes of the words), then per word in
 * the order of its bytes: where it begins, its rank by frequency, its factor; then the vectors as int8, then the words themselves. A vector
 * is its int8 values times its factor, and has length 1. Numbers are the machine's own: the block is made where it is read.
 */
export function compactWords({ dimension, words, vectorOf }: WordVectors): Buffer {
  const entries = words.flatMap((word, rank) => {
    const vector = REACHABLE.test(word) ? vectorOf(word) : undefined;
    return vector && vector.length >= dimension ? [{ word, rank, vector }] : [];
  });
  entries.sort((a, b) => (a.word < b.word ? -1 : a.word > b.word ? 1 : 0));
  const text = Buffer.from(entries.map(({ word }) => word).join(''), 'latin1');
  const count = entries.length;
  const numbers = new Uint32Array(HEADER_BYTES / 4 + count + 1 + count);
  numbers.set([MAGIC, count, dimension, words.length, text.length]);
  const factors = new Float32Array(count);
  const values = new Int8Array(count * dimension);
  let begins = 0;
  entries.forEach(({ word, rank, vector }, index) => {
    numbers[HEADER_BYTES / 4 + index] = begins;
    numbers[HEADER_BYTES / 4 + count + 1 + index] = rank;
    factors[index] = quantise(vector, values.subarray(index * dimension, (index + 1) * dimension));
    begins += word.length;
  });
  numbers[HEADER_BYTES / 4 + count] = begins;
  return Buffer.concat([numbers, factors, values].map(({ buffer }) => Buffer.from(buffer)).concat(text));
}

/** Fills in the vector's values as int8; the factor that makes them a vector of length 1, 0 for one that has none. */
function quantise(vector: readonly number[], into: Int8Array): number {
  let largest = 0;
  for (let index = 0; index < into.length; index++) largest = Math.max(largest, Math.abs(vector[index] ?? 0));
  if (!(largest > 0 && Number.isFinite(largest))) return 0;
  let sum = 0;
  for (let index = 0; index < into.length; index++) {
    const value = Math.round(((vector[index] ?? 0) / largest) * 127);
    into[index] = value;
    sum += value * value;
  }
  return 1 / Math.sqrt(sum);
}

/** Looks words up in a block as `compactWords` makes it. Words are numbered in the order of their bytes. */
export class WordTable {
  readonly dimension: number;
  /** Words of the whole vocabulary, with those that are not kept. */
  readonly vocabulary: number;
  readonly #begins: Uint32Array;
  readonly #ranks: Uint32Array;
  readonly #factors: Float32Array;
  readonly #values: Int8Array;
  readonly #text: Buffer;

  /** @throws AppError where the bytes are no such block, or not all of one; `name` is said in it */
  constructor(bytes: Buffer, name: string) {
    const header = bytes.length < HEADER_BYTES ? [] : Array.from({ length: HEADER_BYTES / 4 }, (_, index) => bytes.readUInt32LE(index * 4));
    const [magic, count = 0, dimension = 0, vocabulary = 0, textBytes = 0] = header;
    const size = HEADER_BYTES + (count + 1) * 4 + count * 8 + count * dimension + textBytes;
    if (magic !== MAGIC || size !== bytes.length)
      throw new AppError('not_ready', `The word vectors ${name} are damaged or truncated: remove the file to have it made anew.`);
    // Views on numbers want an address that is a multiple of four.
    const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
    let at = byteOffset + HEADER_BYTES;
    const next = (length: number) => (at += length) - length;
    this.dimension = dimension;
    this.vocabulary = vocabulary;
    this.#begins = new Uint32Array(buffer, next((count + 1) * 4), count + 1);
    this.#ranks = new Uint32Array(buffer, next(count * 4), count);
    this.#factors = new Float32Array(buffer, next(count * 4), count);
    this.#values = new Int8Array(buffer, next(count * dimension), count * dimension);
    this.#text = Buffer.from(buffer, next(textBytes), textBytes);
  }

  /** Number of a word, or null where it is not known. */
  find(word: string): number | null {
    const bytes = Buffer.from(word, 'latin1');
    let low = 0;
    let high = this.#ranks.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#text.compare(bytes, 0, bytes.length, this.#begins[middle], this.#begins[middle + 1]);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  /** Place of a word by frequency, 0 for the most frequent. */
  rank(word: number): number {
    return this.#ranks[word] ?? 0;
  }

  /** Adds a word's vector, of length 1, `weight` times. */
  add(word: number, weight: number, sum: Float32Array): void {
    const factor = weight * (this.#factors[word] ?? 0);
    const start = word * this.dimension;
    for (let index = 0; index < this.dimension; index++) sum[index] = (sum[index] ?? 0) + factor * (this.#values[start + index] ?? 0);
  }

  /** Cosine between two words. */
  cosine(a: number, b: number): number {
    let sum = 0;
    for (let index = 0, x = a * this.dimension, y = b * this.dimension; index < this.dimension; index++, x++, y++) {
      sum += (this.#values[x] ?? 0) * (this.#values[y] ?? 0);
    }
    return sum * (this.#factors[a] ?? 0) * (this.#factors[b] ?? 0);
  }
}
