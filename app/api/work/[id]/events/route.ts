import { AppError } from '../../../../../server/domain/app-error.ts';
import { readEvents } from '../../../../../server/services/events/read-events.ts';
import { route } from '../../../rest.ts';

/** How many events are read from Postgres at a time. */
const PAGE = 1_000;

/** The log after a seq as NDJSON, one event a line, to its end as of now. */
export const GET = route(async ({ ctx, params, request }) => {
  const asked = new URL(request.url).searchParams.get('after') ?? '0';
  if (!/^\d{1,9}$/.test(asked)) throw new AppError('bad_request', 'after: takes the seq of an event, a whole number from 0 up.', { field: 'after' });
  const workItemId = params.id ?? '';
  let page = await readEvents(ctx, { workItemId, after: Number(asked), limit: PAGE });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (page.events.length === 0) return controller.close();
      controller.enqueue(encoder.encode(page.events.map((event) => `${JSON.stringify(event)}\n`).join('')));
      page = await readEvents(ctx, { workItemId, after: page.lastSeq, limit: PAGE });
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' } });
});
