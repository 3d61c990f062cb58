import { AppError } from '../../../../../server/domain/app-error.ts';
import { streamLog } from '../../../../server/stream-log.ts';
import { route } from '../../../rest.ts';

/** The log after a seq as NDJSON, one event a line, to its end as of now. */
export const GET = route(async ({ ctx, params, request, reauthenticate }) => {
  const asked = new URL(request.url).searchParams.get('after') ?? '0';
  if (!/^\d{1,9}$/.test(asked)) throw new AppError('bad_request', 'after: takes the seq of an event, a whole number from 0 up.', { field: 'after' });
  const from = { workItemId: params.id ?? '', after: Number(asked) };
  const reader = { ctx, reauthenticate, signal: request.signal };
  const body = await streamLog(reader, from, (events) => events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' } });
});
