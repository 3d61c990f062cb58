import { type StoredEvent, storedEventSchema } from '../../contracts/run-events.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';

const MAX_EVENTS = 5_000;
/** A chunk holds one event or a few hundred: enough are read at a time for a page of a busy log, and not many more. */
export const CHUNKS_AT_ONCE = 40;

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
      for (const event of eventsOf(chunk)) {
        if (event.seq > after && events.length < most) events.push(event);
      }
      from = chunk.lastSeq + 1;
    }
    if (chunks.length < CHUNKS_AT_ONCE) break;
  }
  return { events, lastSeq: events.at(-1)?.seq ?? after };
}

/**
 * What several logs have gained, in one query.
 * @param tails of each work item the last seq of a chunk, and 0 for the beginning
 * @returns the events of whole chunks by work item, `CHUNKS_AT_ONCE` chunks an item at most; items without news are left out
 */
export async function readNews(ctx: Ctx, tails: readonly { workItemId: string; after: number }[]): Promise<Map<string, StoredEvent[]>> {
  authoriseView(ctx);
  const chunks = await ctx.db.$queryRaw<(StoredChunk & { workItemId: string })[]>`
    /* prepared: read_news */ SELECT c.work_item_id AS "workItemId", c.run_id AS "runId", c.first_seq AS "firstSeq", c.events
    FROM unnest(${tails.map((tail) => tail.workItemId)}::text[], ${tails.map((tail) => tail.after)}::int[]) AS tail (id, seq)
    CROSS JOIN LATERAL (
      SELECT * FROM event_chunk WHERE work_item_id = tail.id AND first_seq > tail.seq ORDER BY first_seq LIMIT ${CHUNKS_AT_ONCE}
    ) c ORDER BY c.work_item_id, c.first_seq`;
  const news = new Map<string, StoredEvent[]>();
  for (const chunk of chunks) news.set(chunk.workItemId, [...(news.get(chunk.workItemId) ?? []), ...eventsOf(chunk)]);
  return news;
}

interface StoredChunk {
  firstSeq: number;
  runId: string | null;
  events: unknown;
}

/** The events of a chunk, each with its seq. */
export function eventsOf({ firstSeq, runId, events }: StoredChunk): StoredEvent[] {
  const list: unknown[] = Array.isArray(events) ? events : [];
  return list.map((event, index) => storedEventSchema.parse({ seq: firstSeq + index, runId, event }));
}
