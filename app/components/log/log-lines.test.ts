import { FancyAnsi } from 'fancy-ansi';
import { expect, test } from 'vitest';
import type { StoredEvent, WorkerEvent } from '../../../server/contracts/run-events.ts';
import { appendEvents, asText, EMPTY_LOG } from './log-lines.ts';

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

test('a call is a line of its own, its result says what it took and keeps its lines folded', () => {
  const { lines } = appendEvents(EMPTY_LOG, ITERATION, 100);
  expect(lines.map(({ seq, kind, text }) => ({ seq, kind, text }))).toEqual([
    { seq: 1, kind: 'iteration', text: 'Iteration 1: Sell tea' },
    { seq: 2, kind: 'tool', text: 'Bash  npm test' },
    { seq: 3, kind: 'error', text: 'one' },
    { seq: 5, kind: 'note', text: 'iteration 1 ended: ok, 1 commit' },
  ]);
  expect(lines[2]).toMatchObject({ more: 'one\ntwo', took: '1.0 s' });
});

test('the header of an iteration learns its duration and cost, also where the end comes later', () => {
  const whole = appendEvents(EMPTY_LOG, ITERATION, 100);
  expect(whole.lines[0]).toMatchObject({ took: '1 min 14 s · $0.14', failed: false });
  const inParts = ITERATION.reduce((log, event) => appendEvents(log, [event], 100), EMPTY_LOG);
  expect(inParts.lines).toEqual(whole.lines);
});

test('as text a line holds what is folded, once, with what it took', () => {
  const [header, call, result] = appendEvents(EMPTY_LOG, ITERATION, 100).lines.map(asText);
  expect(header).toBe('2026-01-01T00:00:01.000Z  Iteration 1: Sell tea  (1 min 14 s · $0.14)');
  expect(call).toContain('Bash  npm test\n    {"command":"npm test');
  expect(result).toBe('2026-01-01T00:00:03.000Z  one\n    two  (1.0 s)');
});

test('only the newest lines are kept, and how many are not is told', () => {
  const texts = said(Array.from({ length: 30 }, (_, n) => ({ type: 'agent.text', text: `line ${n}` }) as const));
  const log = appendEvents(appendEvents(EMPTY_LOG, texts.slice(0, 20), 10), texts.slice(20), 10);
  expect([log.lines.length, log.lines[0]?.text, log.dropped]).toEqual([10, 'line 20', 20]);
});

test('what an agent prints becomes coloured text, never markup or a link of its own', () => {
  const html = new FancyAnsi().toHtml('\u001b[31m<img src=x onerror="alert(1)">\u001b[0m\u001b]8;;javascript:alert(1)\u001b\\click\u001b]8;;\u001b\\');
  expect(html).not.toMatch(/<(?!\/?span)/);
  expect(html).not.toMatch(/href/);
});
