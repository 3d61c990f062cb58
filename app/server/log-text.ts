import { readEvents } from '../../server/services/events/read-events.ts';
import type { Ctx } from '../../server/services/context.ts';
import { appendEvents, asText, EMPTY_LOG } from '../components/log/log-lines.ts';

/** How many events are read from Postgres at a time. */
const PAGE = 1_000;

/**
 * The log of a work item, or of one of its runs, as a text file: to its end as of now, read while it is sent.
 * @throws AppError not_found
 */
export async function logText(ctx: Ctx, { workItemId, runId }: { workItemId: string; runId: string | null }): Promise<Response> {
  let page = await readEvents(ctx, { workItemId, after: 0, limit: PAGE });
  let log = EMPTY_LOG;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (page.events.length === 0) return controller.close();
      const events = runId === null ? page.events : page.events.filter((event) => event.runId === runId);
      // Calls under way are carried over, so that a result on the next page still knows how long it took; lines that are sent are not.
      log = appendEvents({ ...log, lines: [] }, events, PAGE);
      controller.enqueue(encoder.encode(log.lines.map((line) => `${asText(line)}\n`).join('')));
      page = await readEvents(ctx, { workItemId, after: page.lastSeq, limit: PAGE });
    },
  });
  const name = `log-${(runId ?? workItemId).replace(/[^\w-]/g, '')}.txt`;
  return new Response(body, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
