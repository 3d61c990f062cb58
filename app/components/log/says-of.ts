import type { WorkItemView } from '../../../server/contracts/rest.ts';
import type { LiveEvents } from './use-live-events.ts';

/** Whether a worker may still write into the log: of the item, or of one of its runs. */
export function isOver(item: Pick<WorkItemView, 'state' | 'runs'>, runId?: string): boolean {
  if (runId !== undefined) return item.runs.some((run) => run.id === runId && run.endedAt !== null);
  return !['draft', 'awaiting_approval', 'queued', 'running'].includes(item.state) && item.runs.every((run) => run.endedAt !== null);
}

/** What stands by a log: how it is connected and, where it is, whether anything more is to come. A worker's own state is said elsewhere. */
export function saysOf(connection: LiveEvents['connection'], over: boolean): { text: string; tone: string } {
  switch (connection) {
    case 'connecting':
      return { text: 'connecting…', tone: 'text-muted' };
    case 'lost':
      return { text: 'connection lost, trying again', tone: 'text-bad' };
    case 'asleep':
      return { text: 'asleep while the tab is hidden', tone: 'text-muted' };
    case 'live':
      return over ? { text: 'ended', tone: 'text-muted' } : { text: 'live', tone: 'text-ok' };
  }
}
