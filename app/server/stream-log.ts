import type { StoredEvent } from '../../server/contracts/run-events.ts';
import { AppError } from '../../server/domain/app-error.ts';
import type { Actor, Ctx } from '../../server/services/context.ts';
import { getLogEnd } from '../../server/services/events/get-log-end.ts';
import { readEvents } from '../../server/services/events/read-events.ts';

/** How many events are read from Postgres at a time. */
const PAGE = 1_000;

/** Who is sent a log, which may take as long as he likes. */
export interface LogReader {
  ctx: Ctx;
  /** Asks again whose request it is; null, or an AppError, where that is nobody any more. */
  reauthenticate: () => Promise<Actor | null>;
  /** The request's own: for who went away nothing more is read. */
  signal: AbortSignal;
}

/**
 * A log from a seq on to its end as of now, read page by page while it is sent. Each page asks anew whether its reader may look: one
 * who may not any more gets a broken answer, which nobody takes for a whole log.
 * @param write what a page looks like, and whether it is the last
 * @throws AppError not_found
 */
export async function streamLog(
  { ctx, reauthenticate, signal }: LogReader,
  { workItemId, after }: { workItemId: string; after: number },
  write: (events: StoredEvent[], isLast: boolean) => string,
): Promise<ReadableStream<Uint8Array>> {
  const end = await getLogEnd(ctx, { workItemId });
  const encoder = new TextEncoder();
  let seq = after;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (seq >= end || signal.aborted) return controller.close();
      const actor = await reauthenticate();
      if (!actor) throw new AppError('unauthorized', 'You are not signed in any more.');
      const page = await readEvents({ ...ctx, actor }, { workItemId, after: seq, limit: Math.min(PAGE, end - seq) });
      if (page.events.length === 0) return controller.close();
      seq = page.lastSeq;
      controller.enqueue(encoder.encode(write(page.events, seq >= end)));
    },
  });
}
