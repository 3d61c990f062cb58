import { type Db, type Prisma } from './client.ts';
import type { VectorSpace } from './vector-index.ts';

const PAGE = 2_000;
/** A commit may become visible a little after its timestamp. */
const OVERLAP_MS = 10_000;
/** Of so many or fewer that pass the filter each is compared; of more, the nearest of all are filtered afterwards. */
const NARROW_MAX = 5_000;
/** Bytes before the values of a one-dimensional array, and of each value, as array_send() writes them. */
const HEADER = 20;
const VALUE = 8;

/**
 * All vectors of one embedder in memory, for an exact search where no index serves: one array of numbers, and what has changed is
 * read before each search.
 */
export class VectorMemory {
  readonly #ids: string[] = [];
  readonly #slots = new Map<string, number>();
  #vectors: Float32Array;
  /** The last row that was read, and when reading last began, by the database's clock. */
  #last = { at: new Date(0), id: '' };
  #readAt = new Date(0);
  #reading: Promise<void> | undefined;

  constructor(
    private readonly db: Db,
    private readonly space: VectorSpace,
  ) {
    this.#vectors = new Float32Array(1_024 * space.dimension);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** As nearestByIndex. */
  async nearest({ vector, filter, limit }: { vector: Float32Array; filter: Prisma.Sql; limit: number }): Promise<string[]> {
    await (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
    const passing = await this.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM learning WHERE embedding_id = ${this.space.embeddingId} AND ${filter} LIMIT ${NARROW_MAX + 1}`;
    if (passing.length <= NARROW_MAX) {
      const slots = passing.map(({ id }) => this.#slots.get(id)).filter((slot) => slot !== undefined);
      return this.#best(vector, slots, limit).map((slot) => this.#ids[slot] ?? '');
    }
    for (let most = limit * 4; ; most *= 4) {
      const best = this.#best(vector, null, most).map((slot) => this.#ids[slot] ?? '');
      const kept = await this.db.$queryRaw<{ id: string }[]>`SELECT id FROM learning WHERE id = ANY(${best}::text[]) AND ${filter}`;
      const passes = new Set(kept.map(({ id }) => id));
      const found = best.filter((id) => passes.has(id));
      if (found.length >= limit || best.length >= this.size) return found.slice(0, limit);
    }
  }

  /** Slots of the greatest products, the greatest first. */
  #best(vector: Float32Array, slots: readonly number[] | null, most: number): number[] {
    const { dimension } = this.space;
    const count = slots?.length ?? this.size;
    const scores = new Float32Array(count);
    const vectors = this.#vectors;
    for (let n = 0; n < count; n++) scores[n] = product(vectors, (slots ? (slots[n] ?? 0) : n) * dimension, vector);
    // Everything above the score of the last place, which sorting the numbers alone gives cheaply.
    const threshold = most >= count ? -Infinity : (Float32Array.from(scores).sort()[count - most] ?? -Infinity);
    const found: { slot: number; score: number; id: string }[] = [];
    scores.forEach((score, n) => {
      const slot = slots ? (slots[n] ?? 0) : n;
      if (score >= threshold) found.push({ slot, score, id: this.#ids[slot] ?? '' });
    });
    found.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    return found.slice(0, most).map(({ slot }) => slot);
  }

  async #read(): Promise<void> {
    const [clock] = await this.db.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
    const settled = new Date(this.#readAt.getTime() - OVERLAP_MS);
    // What was written long before the last reading had been committed by then.
    let from = this.#last.at < settled ? this.#last : { at: settled, id: '' };
    for (;;) {
      const rows = await this.db.$queryRaw<{ id: string; at: Date; bytes: Uint8Array }[]>`
        SELECT id, embedded_at AS at, array_send(embedding) AS bytes FROM learning
        WHERE embedding_id = ${this.space.embeddingId} AND (embedded_at, id) > (${from.at}, ${from.id}) ORDER BY embedded_at, id LIMIT ${PAGE}`;
      for (const row of rows) this.#keep(row.id, row.bytes);
      const last = rows.at(-1);
      if (last) from = { at: last.at, id: last.id };
      if (last && last.at >= this.#last.at) this.#last = from;
      if (rows.length < PAGE) break;
    }
    this.#readAt = clock?.now ?? this.#readAt;
  }

  #keep(id: string, bytes: Uint8Array): void {
    const { dimension } = this.space;
    if (bytes.length !== HEADER + dimension * VALUE) return; // of another dimension: the embedder was changed under the same name
    const slot = this.#slots.get(id) ?? this.#ids.length;
    if ((slot + 1) * dimension > this.#vectors.length) {
      const larger = new Float32Array(this.#vectors.length * 2);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let d = 0; d < dimension; d++) this.#vectors[slot * dimension + d] = view.getFloat32(HEADER + d * VALUE + 4);
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
  }
}

/** Four sums at a time: each addition need not wait for the last one. */
function product(vectors: Float32Array, start: number, vector: Float32Array): number {
  let [a, b, c, e] = [0, 0, 0, 0];
  const whole = vector.length - (vector.length % 4);
  for (let d = 0; d < whole; d += 4) {
    a += (vectors[start + d] ?? 0) * (vector[d] ?? 0);
    b += (vectors[start + d + 1] ?? 0) * (vector[d + 1] ?? 0);
    c += (vectors[start + d + 2] ?? 0) * (vector[d + 2] ?? 0);
    e += (vectors[start + d + 3] ?? 0) * (vector[d + 3] ?? 0);
  }
  for (let d = whole; d < vector.length; d++) a += (vectors[start + d] ?? 0) * (vector[d] ?? 0);
  return a + b + c + e;
}
