import { type StoredEvent, storedEventSchema } from '../../contracts/run-events.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const MAX_EVENTS = 5_000;
/** A chunk holds one event or a few hundred: enough are read at a time for a page of a busy log, and not many more. */
const CHUNKS_AT_ONCE = 40;

/**
 * Lines of an item's log after a seq, oldest first.
 * @param after 0 for the beginning
 * @returns at most `limit` events, and the seq of the last one given (`after` where there was none)
 */
export async function readEvents(
  ctx: Ctx,
  { workItemId, after, limit = 1_000 }: { workItemId: string; after: number; limit?: number },
): Promise<{ events: StoredEvent[]; lastSeq: number }> {
  authoriseView(ctx);
  const most = Math.min(limit, MAX_EVENTS);
  // Chunks follow each other without gaps: the one that holds the next event is found by the key, and read on from there.
  const next = await ctx.db.eventChunk.findFirst({
    where: { workItemId, firstSeq: { lte: after + 1 } },
    orderBy: { firstSeq: 'desc' },
    select: { firstSeq: true },
  });
  if (!next && !(await ctx.db.workItem.findUnique({ where: { id: workItemId }, select: { id: true } }))) {
    throw new AppError('not_found', `There is no work item ${workItemId.slice(0, 64)}.`);
  }
  const events: StoredEvent[] = [];
  for (let from = next?.firstSeq ?? 1; events.length < most;) {
    const chunks = await ctx.db.eventChunk.findMany({ where: { workItemId, firstSeq: { gte: from } }, orderBy: { firstSeq: 'asc' }, take: CHUNKS_AT_ONCE });
    for (const chunk of chunks) {
      const list = Array.isArray(chunk.events) ? chunk.events : [];
      for (const [index, event] of list.entries()) {
        const seq = chunk.firstSeq + index;
        if (seq > after && events.length < most) events.push(storedEventSchema.parse({ seq, runId: chunk.runId, event }));
      }
      from = chunk.lastSeq + 1;
    }
    if (chunks.length < CHUNKS_AT_ONCE) break;
  }
  return { events, lastSeq: events.at(-1)?.seq ?? after };
}
