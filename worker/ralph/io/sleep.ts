/** Waits, or returns at once when the signal fires; never rejects. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** Delay before the n-th retry (from 0): doubling from `firstMs` up to `mostMs`, with up to a quarter of jitter. */
export function backoffMs(n: number, firstMs: number, mostMs: number, random: () => number = Math.random): number {
  const base = Math.min(mostMs, firstMs * 2 ** Math.min(n, 20));
  return Math.round(base * (1 + random() * 0.25));
}
