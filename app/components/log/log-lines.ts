import type { StoredEvent, WorkerEvent } from '../../../server/contracts/run-events.ts';
import { wordsOf } from '../../../server/domain/runs/event-words.ts';
import { isFailedOutcome } from '../../../server/domain/runs/iteration-outcome.ts';

/** One row of the log on the screen. */
export interface LogLine {
  seq: number;
  ts: string;
  kind: 'iteration' | 'text' | 'tool' | 'result' | 'error' | 'factory' | 'note';
  text: string;
  /** Further lines, folded at first. */
  more?: string;
  /** What came back from a tool call, under its line. */
  result?: { seq: number; text: string; event: StoredEvent['event'] };
  /** What it took: duration and cost of an iteration that ended, duration of a tool call. */
  took?: string;
  /** How its iteration or call ended badly. */
  failed?: string;
  /** The event as it is stored. */
  event: StoredEvent['event'];
}

/** A line as text, with all that is folded on the screen. */
export function asText({ ts, text, more, result, took, failed }: LogLine): string {
  // The first line of what is folded is its heading already, unless the heading sums it up.
  const own = more === undefined ? text : more.trimStart().startsWith(text) ? more.trim() : `${text}\n${more.trim()}`;
  const whole = result === undefined ? own : `${own}\n${result.text.trim() || '(no output)'}`;
  const about = [took, failed].filter((part) => part !== undefined).join(' · ');
  return `${ts}  ${whole.replaceAll('\n', '\n    ')}${about === '' ? '' : `  (${about})`}`;
}

/** The lines so far, and what of them waits for its end. */
export interface Log {
  lines: LogLine[];
  /** Lines dropped at the top since the tab keeps no more. */
  dropped: number;
  /** Header of the iteration under way. */
  header: number | null;
  /** Each tool call under way: the seq of its line, and when it began, in ms. */
  calls: ReadonlyMap<string, { seq: number; began: number }>;
}

export const EMPTY_LOG: Log = { lines: [], dropped: 0, header: null, calls: new Map() };

/**
 * The log with further events: the header of an iteration that ended learns what it took, and the line of a call what came back.
 * @param max most lines that are kept
 */
export function appendEvents(log: Log, events: readonly StoredEvent[], max: number): Log {
  const lines = log.lines.slice();
  const calls = new Map(log.calls);
  let { header } = log;
  for (const { seq, event } of events) {
    const line = toLogLine(seq, event);
    if (!line) continue;
    if (!('by' in event)) {
      if (event.type === 'iteration.started') header = seq;
      if (event.type === 'agent.tool_use') calls.set(event.toolUseId, { seq, began: Date.parse(event.ts) });
      if (event.type === 'agent.tool_result' && calls.has(event.toolUseId)) {
        const call = calls.get(event.toolUseId);
        calls.delete(event.toolUseId);
        line.took = seconds(Date.parse(event.ts) - (call?.began ?? 0));
        if (give(lines, call?.seq, { took: line.took, result: { seq, text: event.text, event }, ...(event.isError ? { failed: 'failed' } : {}) })) continue;
      }
      if (event.type === 'iteration.finished') {
        const cost = event.costUsd === undefined ? '' : ` · $${event.costUsd.toFixed(2)}`;
        const failed = isFailedOutcome(event.outcome) ? { failed: event.outcome } : {};
        give(lines, header ?? undefined, { took: `${seconds(event.durationMs)}${cost}`, ...failed });
        header = null;
      }
    }
    lines.push(line);
  }
  const excess = Math.max(0, lines.length - max);
  return { lines: excess > 0 ? lines.slice(excess) : lines, dropped: log.dropped + excess, header, calls };
}

/** Gives the line with this seq what is known of it only now. @returns false where there is no such line any more */
function give(lines: LogLine[], seq: number | undefined, known: Partial<LogLine>): boolean {
  const index = seq === undefined ? -1 : indexFrom(lines, seq);
  const line = lines[index];
  if (!line || line.seq !== seq) return false;
  lines[index] = { ...line, ...known };
  return true;
}

/** Where the line is that shows an event: its own, the call's that it came back to, else the next; -1 where there is none yet. */
export function indexOfSeq(lines: readonly LogLine[], seq: number): number {
  const next = indexFrom(lines, seq);
  if (lines[next]?.seq === seq) return next;
  const call = lines.findLastIndex((line) => line.result?.seq === seq);
  return call >= 0 ? call : next;
}

/** The first line with a seq or after it. */
function indexFrom(lines: readonly LogLine[], seq: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low < lines.length ? low : -1;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** How an event of the log is shown; null for what only the record keeps. */
function toLogLine(seq: number, event: StoredEvent['event']): LogLine | null {
  const words = wordsOf(event);
  if (!words) return null;
  const { text, more } = words;
  const kind = 'by' in event ? (/refused|fail/.test(`${event.type} ${text}`) ? 'error' : 'factory') : kindOf(event);
  return { seq, ts: event.ts, event, kind, text, ...(more ? { more } : {}) };
}

function kindOf(event: WorkerEvent): LogLine['kind'] {
  switch (event.type) {
    case 'iteration.started':
      return 'iteration';
    case 'iteration.finished':
      return isFailedOutcome(event.outcome) ? 'error' : 'note';
    case 'agent.tool_use':
      return 'tool';
    case 'agent.tool_result':
      return event.isError ? 'error' : 'result';
    case 'agent.limit':
    case 'agent.error':
    case 'lease.refused':
      return 'error';
    case 'verify.finished':
      return event.exitCode === 0 ? 'note' : 'error';
    case 'log':
      return event.level === 'error' || event.level === 'warn' ? 'error' : 'text';
    case 'agent.text':
      return 'text';
    default:
      return 'note';
  }
}
