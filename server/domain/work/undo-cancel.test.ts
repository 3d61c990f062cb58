import { expect, test } from 'vitest';
import { workItemStateSchema } from '../../contracts/rest.ts';
import { CANCELLABLE_STATES, canMove } from './states.ts';
import { decideUndoCancel, UNDO_CANCEL_MS } from './undo-cancel.ts';

const at = new Date('2026-11-23T12:00:00Z');
const decide = (from: Parameters<typeof decideUndoCancel>[0]['from'], pausing = false) => decideUndoCancel({ from, at, pausing }, at);

test('an item becomes what it was; one that ran waits for another worker, or is paused where that was asked for', () => {
  expect(['queued', 'paused', 'stuck', 'failed'].map((from) => decide(workItemStateSchema.parse(from)))).toEqual([
    { to: 'queued' },
    { to: 'paused' },
    { to: 'stuck' },
    { to: 'failed' },
  ]);
  expect([decide('running'), decide('running', true)]).toEqual([{ to: 'queued' }, { to: 'paused' }]);
});

test('every way back is a legal move; what cannot be cancelled has none', () => {
  for (const from of workItemStateSchema.options) {
    const decision = decide(from);
    if ('to' in decision) expect([from, canMove('cancelled', decision.to), CANCELLABLE_STATES.some((state) => state === from)]).toEqual([from, true, true]);
    else expect(decision.refused).toMatch(/retry/);
  }
});

test('after some minutes it is refused', () => {
  const late = (ms: number) => decideUndoCancel({ from: 'paused', at, pausing: false }, new Date(at.getTime() + ms));
  expect(late(UNDO_CANCEL_MS)).toEqual({ to: 'paused' });
  expect(late(UNDO_CANCEL_MS + 1)).toEqual({ refused: expect.stringContaining('too long ago') as string });
});
