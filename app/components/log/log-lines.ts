import type { StoredEvent } from '../../../server/contracts/run-events.ts';

/** One row of the log on the screen. */
export interface LogLine {
  seq: number;
  ts: string;
  kind: 'iteration' | 'text' | 'tool' | 'result' | 'error' | 'factory' | 'note';
  text: string;
  /** Further lines, folded at first. */
  more?: string;
  /** What it took: duration and cost of an iteration that ended, duration of a tool call. */
  took?: string;
  /** Its iteration or call ended badly. */
  failed?: boolean;
  /** The event as it is stored. */
  event: StoredEvent['event'];
}

/** A line as text, with all that is folded on the screen. */
export function asText({ ts, text, more, took }: LogLine): string {
  // The first line of what is folded is its heading already, unless the heading sums it up.
  const whole = more === undefined ? text : more.trimStart().startsWith(text) ? more.trim() : `${text}\n${more.trim()}`;
  return `${ts}  ${whole.replaceAll('\n', '\n    ')}${took === undefined ? '' : `  (${took})`}`;
}

/** The lines so far, and what of them waits for its end. */
export interface Log {
  lines: LogLine[];
  /** Lines dropped at the top since the tab keeps no more. */
  dropped: number;
  /** Header of the iteration under way. */
  header: number | null;
  /** When each tool call under way began, in ms. */
  calls: ReadonlyMap<string, number>;
}

export const EMPTY_LOG: Log = { lines: [], dropped: 0, header: null, calls: new Map() };

/**
 * The log with further events: the header of an iteration that ended learns what it took, and so does the result of a call.
 * @param max most lines that are kept
 */
export function appendEvents(log: Log, events: readonly StoredEvent[], max: number): Log {
  const lines = log.lines.slice();
  const calls = new Map(log.calls);
  let { header } = log;
  for (const stored of events) {
    const { event, seq } = stored;
    const line = toLogLine(stored);
    if (line && !('by' in event)) {
      if (event.type === 'iteration.started') header = seq;
      if (event.type === 'agent.tool_use') calls.set(event.toolUseId, Date.parse(event.ts));
      if (event.type === 'agent.tool_result') {
        const began = calls.get(event.toolUseId);
        if (began !== undefined && calls.delete(event.toolUseId)) line.took = seconds(Date.parse(event.ts) - began);
      }
      if (event.type === 'iteration.finished') {
        const index = header === null ? -1 : lines.findLastIndex((each) => each.seq === header);
        const before = lines[index];
        const cost = event.costUsd === undefined ? '' : ` · $${event.costUsd.toFixed(2)}`;
        const failed = /error|fail|timeout|killed/.test(event.outcome);
        if (before) lines[index] = { ...before, took: `${seconds(event.durationMs)}${cost}`, failed };
        header = null;
      }
    }
    if (line) lines.push(line);
  }
  const excess = Math.max(0, lines.length - max);
  return { lines: excess > 0 ? lines.slice(excess) : lines, dropped: log.dropped + excess, header, calls };
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

const TELLING = ['command', 'file_path', 'path', 'pattern', 'query', 'url', 'description'];
/** What a tool is called with, in a line: its one telling argument, else all of them. */
function summarise(input: string): string {
  try {
    const fields: unknown = JSON.parse(input);
    if (typeof fields !== 'object' || fields === null) return firstLine(input);
    for (const name of TELLING) {
      const value = (fields as Record<string, unknown>)[name];
      if (typeof value === 'string' && value.trim() !== '') return firstLine(value);
    }
  } catch {
    // Not JSON, or cut: its own first line says it.
  }
  return firstLine(input);
}

/** How an event of the log is shown; null for what only the record keeps. */
function toLogLine({ seq, event }: StoredEvent): LogLine | null {
  const line = (kind: LogLine['kind'], text: string, more?: string): LogLine => ({ seq, ts: event.ts, event, kind, text, ...(more ? { more } : {}) });
  if ('by' in event) {
    const log = typeof event.data?.log === 'string' ? event.data.log : undefined;
    return line(/refused|fail/.test(`${event.type} ${event.text}`) ? 'error' : 'factory', event.text, log);
  }
  switch (event.type) {
    case 'iteration.started':
      return line('iteration', `Iteration ${event.iteration ?? ''}${event.task ? `: ${event.task}` : ''}`);
    case 'iteration.finished': {
      const commits = event.commits === 1 ? '1 commit' : `${event.commits} commits`;
      return line('note', `iteration ${event.iteration ?? ''} ended: ${event.outcome}, ${commits}`);
    }
    case 'agent.text':
      return line('text', event.text);
    case 'agent.tool_use':
      return line('tool', `${event.tool}  ${summarise(event.input)}`, event.input);
    case 'agent.tool_result':
      return line(event.isError ? 'error' : 'result', firstLine(event.text) || '(no output)', event.text.includes('\n') ? event.text : undefined);
    case 'agent.limit':
    case 'agent.error':
      return line('error', event.text);
    case 'task.checked':
      return line('note', `☑ ${event.task} (${event.done} of ${event.total})`);
    case 'commit.created':
      return line('note', `commit ${event.commit.slice(0, 10)} ${event.subject}`);
    case 'lease.refused':
      return line('error', `held by ${event.heldBy ?? 'another worker'}: ${event.paths.join(', ')}`);
    case 'learning.noted':
      return line('note', `learnt (${event.kind}): ${event.text}`);
    case 'verify.started':
      return line('note', `checks in the worker: ${event.command}`);
    case 'verify.finished':
      return line(event.exitCode === 0 ? 'note' : 'error', `checks in the worker ended with ${event.exitCode ?? 'a signal'}`, event.log);
    case 'run.started':
      return line('note', `Ralph begins: ${event.tasksDone} of ${event.tasksTotal} tasks are done`);
    case 'run.finished':
      return line('note', `Ralph ends: ${event.reason}${event.detail ? ` (${event.detail})` : ''}`);
    case 'log':
      return line(event.level === 'error' || event.level === 'warn' ? 'error' : 'text', event.text);
    case 'agent.usage':
    case 'spec.updated':
      return null;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
}
