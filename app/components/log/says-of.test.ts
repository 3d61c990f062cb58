import { expect, test } from 'vitest';
import type { WorkItemView } from '../../../server/contracts/rest.ts';
import { isOver, saysOf } from './says-of.ts';

const item = (state: WorkItemView['state'], ended: (string | null)[]) => ({
  state,
  runs: ended.map((endedAt, n) => ({ id: `r${n}`, endedAt })) as WorkItemView['runs'],
});

test('the log of work that ended is not live, though it is connected; one that is lost says so in either case', () => {
  expect(isOver(item('merged', ['x']))).toBe(true);
  expect(isOver(item('failed', ['x', 'x']))).toBe(true);
  expect(isOver(item('queued', ['x']))).toBe(false);
  expect(isOver(item('running', ['x', null]))).toBe(false);
  // Cancelled, and its worker still about to end.
  expect(isOver(item('cancelled', [null]))).toBe(false);
  expect([saysOf('live', true).text, saysOf('live', false).text, saysOf('lost', true).text]).toEqual(['ended', 'live', 'connection lost, trying again']);
});

test('the log of one run ends with that run', () => {
  expect(isOver(item('running', ['x', null]), 'r0')).toBe(true);
  expect(isOver(item('running', ['x', null]), 'r1')).toBe(false);
});
