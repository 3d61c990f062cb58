/** The vector at length 1, in place. One of length 0 stays as it is. */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum === 0) return vector;
  const factor = 1 / Math.sqrt(sum);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) * factor;
  return vector;
}

/** False where a value is missing, NaN or infinite, or where all are 0: such a vector is near to nothing. */
export function isUsable(vector: Float32Array): boolean {
  return vector.every(Number.isFinite) && vector.some((value) => value !== 0);
}

/**
 * One vector a row of a model's token vectors: the mean over the tokens that the attention mask keeps, or the first token's.
 * The way of sentence-transformers (models/Pooling.py, `pooling_mode_mean_tokens` and `pooling_mode_cls_token`).
 * @param tokens rows × length × dimension, row by row
 * @param mask rows × length, 1 for a token of the text and 0 for padding
 */
export function pool(
  tokens: Float32Array,
  { mask, rows, length, dimension, pooling }: { mask: readonly number[]; rows: number; length: number; dimension: number; pooling: 'mean' | 'cls' },
): Float32Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const start = row * length * dimension;
    if (pooling === 'cls') return tokens.slice(start, start + dimension);
    const sum = new Float32Array(dimension);
    let kept = 0;
    for (let token = 0; token < length; token++) {
      if (mask[row * length + token] !== 1) continue;
      kept++;
      const at = start + token * dimension;
      for (let index = 0; index < dimension; index++) sum[index] = (sum[index] ?? 0) + (tokens[at + index] ?? 0);
    }
    return kept === 0 ? sum : sum.map((value) => value / kept);
  });
}
