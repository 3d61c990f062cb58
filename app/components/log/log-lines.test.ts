import { expect, test } from 'vitest';
import type { StoredEvent, WorkerEvent } from '../../../server/contracts/run-events.ts';
import { appendEvents, asText, EMPTY_LOG, indexOfSeq } from './log-lines.ts';

type Said<T extends WorkerEvent = WorkerEvent> = T extends WorkerEvent ? Omit<T, 'v' | 'workerSeq' | 'ts'> : never;
/** Events one second apart, with seqs from `first` on. */
function said(events: Said[], first = 1): StoredEvent[] {
  return events.map((event, index) => {
    const seq = first + index;
    const ts = new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString();
    return { seq, runId: 'r', event: { v: 1, workerSeq: seq, ts, ...event } };
  });
}

const ITERATION = said([
  { type: 'iteration.started', iteration: 1, task: 'Sell tea' },
  { type: 'agent.tool_use', iteration: 1, toolUseId: 't', tool: 'Bash', input: '{"command":"npm test\\nnpm run lint","timeout":5}' },
  { type: 'agent.tool_result', iteration: 1, toolUseId: 't', text: 'one\ntwo', isError: true },
  { type: 'agent.usage', iteration: 1, usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 } },
  { type: 'iteration.finished', iteration: 1, outcome: 'ok', durationMs: 74_300, costUsd: 0.14, commits: 1 },
]);

test('a call is one line that learns what came back, what it took and that it failed', () => {
  const { lines } = appendEvents(EMPTY_LOG, ITERATION, 100);
  expect(lines.map(({ seq, kind, text }) => ({ seq, kind, text }))).toEqual([
    { seq: 1, kind: 'iteration', text: 'Iteration 1: Sell tea' },
    { seq: 2, kind: 'tool', text: 'Bash  npm test' },
    { seq: 5, kind: 'note', text: 'iteration 1 ended: ok, 1 commit' },
  ]);
  expect(lines[1]).toMatchObject({ result: { seq: 3, text: 'one\ntwo' }, took: '1.0 s', failed: 'failed' });
  expect([2, 3, 4, 5].map((seq) => indexOfSeq(lines, seq))).toEqual([1, 1, 2, 2]);
});

test('a result whose call is no longer kept is a line of its own', () => {
  const without = appendEvents({ ...appendEvents(EMPTY_LOG, ITERATION.slice(0, 2), 100), lines: [] }, ITERATION.slice(2, 3), 100);
  expect(without.lines).toMatchObject([{ seq: 3, kind: 'error', text: 'one', more: 'one\ntwo', took: '1.0 s' }]);
});

test('the header of an iteration learns its duration and cost, also where the end comes later', () => {
  const whole = appendEvents(EMPTY_LOG, ITERATION, 100);
  expect(whole.lines[0]).toMatchObject({ took: '1 min 14 s · $0.14' });
  expect(whole.lines[0]).not.toHaveProperty('failed');
  const inParts = ITERATION.reduce((log, event) => appendEvents(log, [event], 100), EMPTY_LOG);
  expect(inParts.lines).toEqual(whole.lines);
});

test('an iteration that failed says how, in its header and at its end', () => {
  const { lines } = appendEvents(
    EMPTY_LOG,
    said([
      { type: 'iteration.started', iteration: 1 },
      { type: 'iteration.finished', iteration: 1, outcome: 'exit code 1', durationMs: 900, commits: 0 },
    ]),
    100,
  );
  expect(lines).toMatchObject([
    { took: '0.9 s', failed: 'exit code 1' },
    { kind: 'error', text: 'iteration 1 ended: exit code 1, 0 commits' },
  ]);
});

test('as text a line holds what is folded, once, with what it took', () => {
  const [header, call] = appendEvents(EMPTY_LOG, ITERATION, 100).lines.map(asText);
  expect(header).toBe('2026-01-01T00:00:01.000Z  Iteration 1: Sell tea  (1 min 14 s · $0.14)');
  expect(call).toContain('Bash  npm test\n    {"command":"npm test');
  expect(call).toMatch(/\n {4}one\n {4}two {2}\(1\.0 s · failed\)$/);
});

test('only the newest lines are kept, and how many are not is told', () => {
  const texts = said(Array.from({ length: 30 }, (_, n) => ({ type: 'agent.text', text: `line ${n}` }) as const));
  const log = appendEvents(appendEvents(EMPTY_LOG, texts.slice(0, 20), 10), texts.slice(20), 10);
  expect([log.lines.length, log.lines[0]?.text, log.dropped]).toEqual([10, 'line 20', 20]);
});
