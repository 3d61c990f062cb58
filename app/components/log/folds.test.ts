import { expect, test } from 'vitest';
import type { WorkerEvent } from '../../../server/contracts/run-events.ts';
import { type Folds, isOpen, reveal, unfolded } from './folds.ts';
import { appendEvents, EMPTY_LOG, indexOfSeq } from './log-lines.ts';

const head = { v: 1, workerSeq: 1, ts: '2026-01-01T00:00:00.000Z' } as const;
const events = [
  { ...head, type: 'iteration.started', iteration: 1 },
  { ...head, type: 'agent.tool_use', toolUseId: 'a', tool: 'Bash', input: '{"command":"good"}' },
  { ...head, type: 'agent.tool_result', toolUseId: 'a', text: 'fine', isError: false },
  { ...head, type: 'agent.tool_use', toolUseId: 'b', tool: 'Bash', input: '{"command":"bad"}' },
  { ...head, type: 'agent.tool_result', toolUseId: 'b', text: 'no such file', isError: true },
  { ...head, type: 'iteration.finished', iteration: 1, outcome: 'ok', durationMs: 1, commits: 0 },
  { ...head, type: 'log', level: 'info', text: 'between' },
  { ...head, type: 'iteration.started', iteration: 2 },
  { ...head, type: 'agent.text', text: 'last' },
] satisfies WorkerEvent[];
const { lines } = appendEvents(
  EMPTY_LOG,
  events.map((event, n) => ({ seq: n + 1, runId: 'r', event })),
  100,
);
const none: Folds = new Map();
const lineAt = (seq: number) => {
  const line = lines[indexOfSeq(lines, seq)];
  if (!line) throw new Error(`no line ${seq}`);
  return line;
};

test('a call that failed is open by itself, one that went well is not; a person has the last word', () => {
  expect([isOpen(lineAt(2), none), isOpen(lineAt(4), none), isOpen(lineAt(1), none)]).toEqual([false, true, true]);
  const folds = new Map([
    [2, true],
    [4, false],
  ]);
  expect([isOpen(lineAt(2), folds), isOpen(lineAt(4), folds, true)]).toEqual([true, false]);
  expect(isOpen(lineAt(2), none, true)).toBe(true);
});

test('under a closed iteration nothing is seen up to its end; what comes after is', () => {
  expect(unfolded(lines, new Map([[1, false]])).map(({ seq }) => seq)).toEqual([1, 7, 8, 9]);
  expect(unfolded(lines, none)).toHaveLength(lines.length);
});

test('to lead to a line opens its iteration and its call, and leaves the other folds', () => {
  const folds = reveal(
    lines,
    new Map([
      [1, false],
      [8, false],
    ]),
    indexOfSeq(lines, 3),
  );
  expect(unfolded(lines, folds).map(({ seq }) => seq)).toEqual([1, 2, 4, 6, 7, 8]);
  expect(isOpen(lineAt(3), folds)).toBe(true);
});
