import { appendEvents, asText, EMPTY_LOG, type Log } from '../components/log/log-lines.ts';
import { type LogReader, streamLog } from './stream-log.ts';

/** A call that waits for its result holds back what comes after it, for so many lines. */
const HELD_MAX = 5_000;

/** How many lines will not change any more by what comes back to a call. */
function readyLines({ lines, calls }: Log): number {
  const waiting = new Set([...calls.values()].map(({ seq }) => seq));
  const first = lines.findIndex((line) => waiting.has(line.seq));
  return first < 0 ? lines.length : Math.max(first, lines.length - HELD_MAX);
}

/**
 * The log of a work item, or of one of its runs, as a text file: to its end as of now, read while it is sent.
 * @throws AppError not_found
 */
export async function logText(reader: LogReader, { workItemId, runId }: { workItemId: string; runId: string | null }): Promise<Response> {
  let log = EMPTY_LOG;
  const body = await streamLog(reader, { workItemId, after: 0 }, (page, isLast) => {
    log = appendEvents(log, runId === null ? page : page.filter((event) => event.runId === runId), Infinity);
    const ready = isLast ? log.lines.length : readyLines(log);
    const text = log.lines.slice(0, ready).map((line) => `${asText(line)}\n`);
    log = { ...log, lines: log.lines.slice(ready) };
    return text.join('');
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
