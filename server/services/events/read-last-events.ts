import type { StoredEvent } from '../../contracts/run-events.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { SILENT_TYPES } from '../../domain/runs/event-words.ts';
import { CHUNKS_AT_ONCE, eventsOf } from './read-events.ts';

/** A screen shows fewer. */
const EVENTS_MAX = 100;
/** Of text, so that a page stays light: a single event may hold as much as a whole file. */
const CHARS_MAX = 50_000;

/**
 * The last lines of an item's log, or of one run of it, oldest first: what a screen shows until it has the whole.
 * @returns at most 100 events, and of long ones as many as are 50,000 characters together, without those that no screen shows; none where there is no such log
 */
export async function readLastEvents(ctx: Ctx, of: { workItemId: string } | { runId: string }): Promise<StoredEvent[]> {
  authoriseView(ctx);
  // A log lies by its work item, the lines of a run among those of others.
  const run = 'runId' in of ? await ctx.db.run.findUnique({ where: { id: of.runId }, select: { workItemId: true } }) : null;
  if ('runId' in of && !run) return [];
  const chunks = await ctx.db.eventChunk.findMany({
    where: { ...run, ...of },
    orderBy: { firstSeq: 'desc' },
    take: CHUNKS_AT_ONCE,
  });
  // A busy log's chunk holds hundreds: no more of them are read than are shown.
  const read: StoredEvent[] = [];
  for (const chunk of chunks) {
    if (read.length >= EVENTS_MAX) break;
    read.unshift(...eventsOf(chunk).filter(isShown));
  }
  const last = read.slice(-EVENTS_MAX);
  let chars = 0;
  const tooLong = last.findLastIndex((event) => (chars += JSON.stringify(event).length) > CHARS_MAX);
  return last.slice(tooLong + 1);
}

function isShown({ event }: StoredEvent): boolean {
  return 'by' in event || !SILENT_TYPES.some((type) => type === event.type);
}
