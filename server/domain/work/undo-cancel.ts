import type { WorkItemState } from '../../contracts/rest.ts';

/** So long a cancel can be taken back; later a retry is what is meant. */
export const UNDO_CANCEL_MS = 5 * 60_000;

/** The cancel that an item is in now. */
interface Cancelled {
  /** The state that the item had before. */
  from: WorkItemState;
  at: Date;
  /** It ran, and a pause was asked for. */
  pausing: boolean;
}

/**
 * What an item becomes when its cancel is taken back: what it was. A worker that was stopped does not come back: its item waits for
 * another one, or is paused where that was asked for. Pure.
 */
export function decideUndoCancel({ from, at, pausing }: Cancelled, now: Date): { to: 'queued' | 'paused' | 'stuck' | 'failed' } | { refused: string } {
  if (now.getTime() - at.getTime() > UNDO_CANCEL_MS) return { refused: 'The cancel is too long ago to be undone: retry it instead.' };
  switch (from) {
    case 'queued':
    case 'paused':
    case 'stuck':
    case 'failed':
      return { to: from };
    case 'running':
      return { to: pausing ? 'paused' : 'queued' };
    default:
      return { refused: 'This cancel cannot be undone: retry it instead.' };
  }
}
