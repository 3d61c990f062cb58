interface Caps {
  maxIterations?: number | null | undefined;
  maxUsd?: number | null | undefined;
}

/** Where nobody names an item's caps. */
const MIN_ITERATIONS = 30;
const DEFAULT_MAX_USD = 10;

/** An item's own caps: its author's word, else its repository's; else the larger of 30 and twice its tasks, and 10 USD. */
export function decideItemCaps(own: Caps, repository: Caps | null, tasks: number): { maxIterations: number; maxUsd: number } {
  return {
    maxIterations: own.maxIterations ?? repository?.maxIterations ?? Math.max(MIN_ITERATIONS, 2 * tasks),
    maxUsd: own.maxUsd ?? repository?.maxUsd ?? DEFAULT_MAX_USD,
  };
}

/** From when on runs count against the item's caps: since a person last asked for it, by submitting or by a retry. */
export function capsCountSince({ queuedAt, createdAt }: { queuedAt: Date | null; createdAt: Date }): Date {
  return queuedAt ?? createdAt;
}
