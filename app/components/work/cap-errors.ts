import { ITERATIONS_MAX, USD_MAX } from '../../../server/contracts/vocabulary.ts';

/** NaN where nothing was typed. */
const figureOf = (text: string) => (text.trim() === '' ? NaN : Number(text));

/** What is wrong with the caps of an item as they were typed, by field: an empty one, too. Pure. */
export function capErrors({ maxIterations, maxUsd }: { maxIterations: string; maxUsd: string }): Record<string, string> {
  const [iterations, usd] = [figureOf(maxIterations), figureOf(maxUsd)];
  return {
    ...(Number.isInteger(iterations) && iterations >= 1 && iterations <= ITERATIONS_MAX
      ? {}
      : { maxIterations: `A whole number from 1 to ${ITERATIONS_MAX}.` }),
    ...(usd > 0 && usd <= USD_MAX ? {} : { maxUsd: `A figure above 0, up to ${USD_MAX}, such as 2.50.` }),
  };
}
