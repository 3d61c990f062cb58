/** The part of the relevant ones that are among the first k; 0 where nothing is relevant. */
export function recallAt(k: number, found: readonly string[], relevant: readonly string[]): number {
  if (relevant.length === 0) return 0;
  const first = new Set(found.slice(0, k));
  return relevant.filter((id) => first.has(id)).length / relevant.length;
}

/**
 * Normalised discounted cumulative gain of the first k, each id relevant or not: 1 where all relevant ones come first.
 * Järvelin, Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques (2002).
 */
export function ndcgAt(k: number, found: readonly string[], relevant: readonly string[]): number {
  const gain = (place: number) => 1 / Math.log2(place + 2);
  const wanted = new Set(relevant);
  const got = found.slice(0, k).reduce((sum, id, place) => sum + (wanted.has(id) ? gain(place) : 0), 0);
  const best = Array.from({ length: Math.min(k, wanted.size) }, (_, place) => gain(place)).reduce((sum, each) => sum + each, 0);
  return best === 0 ? 0 : got / best;
}
