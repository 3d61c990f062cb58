import type { StoredEvent } from '../../server/contracts/run-events.ts';

/** One row of the log on the screen. */
export interface LogLine {
  seq: number;
  ts: string;
  kind: 'iteration' | 'text' | 'tool' | 'result' | 'error' | 'factory' | 'note';
  text: string;
  /** Further lines, folded at first. */
  more?: string;
}

/** How an event of the log is shown; null for what only the record keeps. */
export function toLogLine({ seq, event }: StoredEvent): LogLine | null {
  const line = (kind: LogLine['kind'], text: string, more?: string): LogLine => ({ seq, ts: event.ts, kind, text, ...(more ? { more } : {}) });
  if ('by' in event) {
    const log = typeof event.data?.log === 'string' ? event.data.log : undefined;
    return line(/refused|fail/.test(`${event.type} ${event.text}`) ? 'error' : 'factory', event.text, log);
  }
  switch (event.type) {
    case 'iteration.started':
      return line('iteration', `Iteration ${event.iteration ?? ''}${event.task ? `: ${event.task}` : ''}`);
    case 'iteration.finished': {
      const cost = event.costUsd === undefined ? '' : `, $${event.costUsd.toFixed(2)}`;
      return line(
        'note',
        `iteration ${event.iteration ?? ''} ended: ${event.outcome}, ${(event.durationMs / 1000).toFixed(1)} s${cost}, ${event.commits} commits`,
      );
    }
    case 'agent.text':
      return line('text', event.text);
    case 'agent.tool_use':
      return line('tool', `${event.tool}  ${firstLine(event.input)}`, event.input);
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
