import type { ApiContext } from './trpc.ts';

/** Besides the word of the database, which comes at once, a stream asks this often whether its viewer is still signed in. */
const REAUTHENTICATE_MS = 30_000;

/**
 * The signal of a stream: aborts when its request ends, when the process stops, and as soon as its viewer may not look any more.
 * Call `end` when the stream is over.
 */
export function watchViewer(ctx: ApiContext, request: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
  const out = new AbortController();
  const check = () =>
    void ctx.reauthenticate().then(
      (actor) => actor ?? out.abort(),
      () => undefined, // the database is away for a moment: asked again by the timer
    );
  const timer = setInterval(check, REAUTHENTICATE_MS);
  const forget = ctx.feed.onAccess(check);
  return {
    signal: AbortSignal.any([out.signal, ctx.stopped, ...(request ? [request] : [])]),
    end: () => {
      clearInterval(timer);
      forget();
    },
  };
}
