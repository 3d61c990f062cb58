import type { StoredEvent, WorkerEvent } from '../../contracts/run-events.ts';

/** An event as people read it: its line, and what is folded under it. */
interface EventWords {
  text: string;
  more?: string;
}

const LINE_MAX = 300;

/** Types whose words are their own `text`, as it is stored; the search looks through these where they lie. */
export const VERBATIM_TYPES = ['agent.text', 'agent.tool_result', 'agent.limit', 'agent.error', 'log'] as const satisfies readonly WorkerEvent['type'][];
/** Types that only the record keeps: they have no words. */
export const SILENT_TYPES = ['agent.usage', 'spec.updated'] as const satisfies readonly WorkerEvent['type'][];

/** The words of an event, the same for the screen, the file and the search; null where nobody is shown it. Pure. */
export function wordsOf(event: StoredEvent['event']): EventWords | null {
  if ('by' in event) return typeof event.data?.log === 'string' ? { text: event.text, more: event.data.log } : { text: event.text };
  switch (event.type) {
    case 'iteration.started':
      return { text: `Iteration ${event.iteration ?? ''}${event.task ? `: ${event.task}` : ''}` };
    case 'iteration.finished':
      return { text: `iteration ${event.iteration ?? ''} ended: ${event.outcome}, ${event.commits === 1 ? '1 commit' : `${event.commits} commits`}` };
    case 'agent.text':
    case 'agent.limit':
    case 'agent.error':
    case 'log':
      return { text: event.text };
    case 'agent.tool_use':
      return { text: `${event.tool}  ${summarise(event.input)}`, more: event.input };
    case 'agent.tool_result': {
      const text = firstLine(event.text) || '(no output)';
      return event.text.trim().length > text.length ? { text, more: event.text } : { text };
    }
    case 'task.checked':
      return { text: `☑ ${event.task} (${event.done} of ${event.total})` };
    case 'commit.created':
      return { text: `commit ${event.commit.slice(0, 10)} ${event.subject}` };
    case 'lease.refused':
      return { text: `held by ${event.heldBy ?? 'another worker'}: ${event.paths.join(', ')}` };
    case 'learning.noted':
      return { text: `learnt (${event.kind}): ${event.text}` };
    case 'verify.started':
      return { text: `checks in the worker: ${event.command}` };
    case 'verify.finished':
      return { text: `checks in the worker ended with ${event.exitCode ?? 'a signal'}`, more: event.log };
    case 'run.started':
      return { text: `Ralph begins: ${event.tasksDone} of ${event.tasksTotal} tasks are done` };
    case 'run.finished':
      return { text: `Ralph ends: ${event.reason}${event.detail ? ` (${event.detail})` : ''}` };
    case 'agent.usage':
    case 'spec.updated':
      return null;
  }
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

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, LINE_MAX) ?? '';
}
