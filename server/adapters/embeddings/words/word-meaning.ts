import { normalise } from '../vectors.ts';
import { SAMPLE } from './sample.ts';
import { splitWords } from './split-words.ts';
import type { WordTable } from './word-table.ts';

/** `a` of the smooth inverse frequency a / (a + p): Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017. */
const SMOOTHING = 1e-4;
/** Two words taken by chance are about as near as this: it says nothing of what they mean. */
const CHANCE = 0.3;
const EULER = 0.5772;

/** Share of a word among all words by Zipf's law: its place, and the harmonic number of the vocabulary. */
export function frequency(rank: number, vocabulary: number): number {
  return 1 / ((rank + 1) * (Math.log(Math.max(2, vocabulary)) + EULER));
}

/** Weight of a word in the average: near 0 for the most frequent, near 1 for rare ones. */
export function weightOf(rank: number, vocabulary: number): number {
  return SMOOTHING / (SMOOTHING + frequency(rank, vocabulary));
}

/** Weight of a query's word among its best matches: the same, and still growing among the rare ones. */
export function rarityOf(rank: number, vocabulary: number): number {
  return weightOf(rank, vocabulary) * Math.log(rank + 2);
}

/** Texts as averages of their words' vectors, and how well a query's words are met by a text's. */
export class WordMeaning {
  readonly #table: WordTable;
  readonly #centre: Float32Array;

  constructor(table: WordTable) {
    this.#table = table;
    this.#centre = new Float32Array(table.dimension);
    const averages = SAMPLE.flatMap((text) => this.#average(text) ?? []);
    for (const average of averages) average.forEach((value, index) => (this.#centre[index] = (this.#centre[index] ?? 0) + value / averages.length));
  }

  /** The text's vector, of length 1: what sets its words apart from those of any text about software. */
  vectorOf(text: string): Float32Array {
    const average = this.#average(text);
    if (!average) return this.#nowhere(text);
    const apart = normalise(average.map((value, index) => value - (this.#centre[index] ?? 0)));
    return apart.some((value) => value !== 0) ? apart : this.#nowhere(text);
  }

  /** For each text the share of the query's words that it meets, from 0 to 1: rare words count for more, near ones for less than the same. */
  rerank(query: string, texts: readonly string[]): number[] {
    const asked = [...new Set(splitWords(query))].map((word) => {
      const known = this.#table.find(word);
      const rank = known === null ? this.#table.vocabulary : this.#table.rank(known);
      return { word, known, rarity: rarityOf(rank, this.#table.vocabulary) };
    });
    const whole = asked.reduce((sum, { rarity }) => sum + rarity, 0);
    if (whole === 0) return texts.map(() => 0);
    return texts.map((text) => {
      const words = new Set(splitWords(text));
      const known = [...words].flatMap((word) => this.#table.find(word) ?? []);
      const met = asked.reduce((sum, one) => sum + one.rarity * (words.has(one.word) ? 1 : this.#nearest(one.known, known)), 0);
      return met / whole;
    });
  }

  #nearest(word: number | null, others: readonly number[]): number {
    if (word === null) return 0;
    let best = CHANCE;
    for (const other of others) best = Math.max(best, this.#table.cosine(word, other));
    return (best - CHANCE) / (1 - CHANCE);
  }

  /** Null where no word is known. */
  #average(text: string): Float32Array | null {
    const sum = new Float32Array(this.#table.dimension);
    let whole = 0;
    for (const name of splitWords(text)) {
      const word = this.#table.find(name);
      if (word === null) continue;
      const weight = weightOf(this.#table.rank(word), this.#table.vocabulary);
      this.#table.add(word, weight, sum);
      whole += weight;
    }
    return whole === 0 ? null : sum.map((value) => value / whole);
  }

  /** A text without a known word lies somewhere, always at the same place, and near to nothing but itself. */
  #nowhere(text: string): Float32Array {
    let state = 0x811c9dc5; // FNV-1a over the text, then xorshift
    for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
    state ||= 1;
    const vector = new Float32Array(this.#table.dimension).map(() => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state / 2_147_483_648;
    });
    return normalise(vector);
  }
}
