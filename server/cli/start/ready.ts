const READY_TIMEOUT_MS = 60_000;

/** Waits until the web app answers that it is ready. @throws Error after a minute; the signal's reason when aborted */
export async function waitUntilReady(origin: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > end) throw new Error(`The web app did not come up at ${origin}; its log is logs/web.log in DATA_DIR.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
