import { expect, test } from 'vitest';
import { canMove, canRunMove, decideAfterFault, occurringStates, RUN_MOVES, WORK_ITEM_MOVES } from './states.ts';

test('every move of a work item is one of the table', () => {
  const legal = Object.entries(WORK_ITEM_MOVES).flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`));
  expect(legal).toMatchInlineSnapshot(`
    [
      "draft → queued",
      "draft → cancelled",
      "awaiting_approval → queued",
      "awaiting_approval → cancelled",
      "queued → running",
      "queued → paused",
      "queued → cancelled",
      "queued → failed",
      "running → queued",
      "running → in_review",
      "running → completed",
      "running → paused",
      "running → stuck",
      "running → failed",
      "running → cancelled",
      "in_review → merged",
      "in_review → closed",
      "in_review → queued",
      "paused → queued",
      "paused → cancelled",
      "paused → in_review",
      "stuck → queued",
      "stuck → cancelled",
      "stuck → in_review",
      "failed → queued",
      "failed → cancelled",
      "failed → in_review",
      "cancelled → queued",
      "cancelled → in_review",
      "cancelled → paused",
      "cancelled → stuck",
      "cancelled → failed",
      "closed → queued",
    ]
  `);
  expect(canMove('queued', 'running')).toBe(true);
  expect(canMove('merged', 'queued')).toBe(false);
  expect(canMove('queued', 'completed')).toBe(false);
});

test('a state that no move leads to does not occur', () => {
  const never = Object.keys(WORK_ITEM_MOVES).filter((state) => !occurringStates().some((each) => each === state));
  expect(never).toEqual(['draft', 'awaiting_approval']);
});

test('a run never leaves its end', () => {
  expect(RUN_MOVES.ended).toEqual([]);
  expect(canRunMove('publishing', 'running')).toBe(false);
  expect(canRunMove('verifying', 'running')).toBe(true);
});

test('the third fault is the last, the ones before wait longer each time', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  expect(decideAfterFault(0, now)).toEqual({ to: 'queued', attempts: 1, notBefore: new Date('2026-11-23T12:00:30Z') });
  expect(decideAfterFault(1, now)).toEqual({ to: 'queued', attempts: 2, notBefore: new Date('2026-11-23T12:01:00Z') });
  expect(decideAfterFault(2, now)).toEqual({ to: 'failed', attempts: 3 });
});
