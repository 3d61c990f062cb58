import { TRPCError } from '@trpc/server';
import type { ApiContext } from './trpc.ts';

/** Besides the word of the database, which comes at once, a stream asks at least this often whether its viewer is still signed in. */
const REAUTHENTICATE_MS = 30_000;

/**
 * The signal of a stream: aborts when its request ends, when the process stops, and as soon as its viewer may not look any more.
 * Call `refuse` when the stream is over: it throws where it was ended for want of a session, so that the browser knows that coming back
 * is of no use. Call `end` in any case.
 */
export function watchViewer(ctx: ApiContext, request: AbortSignal | undefined): { signal: AbortSignal; refuse: () => void; end: () => void } {
  const out = new AbortController();
  const check = () =>
    void ctx.reauthenticate().then(
      (actor) => actor ?? out.abort(new TRPCError({ code: 'UNAUTHORIZED' })),
      () => undefined, // the database is away for a moment: asked again by the timer
    );
  // A crowd that comes at once, as after a restart, does not ask at once ever after.
  const timer = setInterval(check, REAUTHENTICATE_MS * (0.5 + Math.random() / 2));
  const forget = ctx.feed.onAccess(check);
  check(); // he may have been removed after his request was let in, before anybody listened for it
  return {
    signal: AbortSignal.any([out.signal, ctx.stopped, ...(request ? [request] : [])]),
    refuse: () => out.signal.throwIfAborted(),
    end: () => {
      clearInterval(timer);
      forget();
    },
  };
}
