import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isFailedOutcome } from '../../../server/domain/runs/iteration-outcome.ts';
import type { ChildExit } from '../io/child.ts';
import { exitError } from './agent-port.ts';
import { ClaudeReader } from './claude-reader.ts';

const exit = (more: Partial<ChildExit>): ChildExit => ({ exitCode: 0, signal: null, stopped: null, startError: null, ...more });
/** As loop.ts says it. */
const said = ({ error, limit }: { error: string | null; limit?: unknown }) => (limit ? 'limit' : (error ?? 'ok'));

it.each([
  ['exit code 1', exit({ exitCode: 1 })],
  ['no output for too long', exit({ stopped: 'idle' })],
  ['iteration took too long', exit({ stopped: 'too_long' })],
  ['ended by SIGKILL', exit({ exitCode: null, signal: 'SIGKILL' })],
  ['not started: ENOENT', exit({ startError: 'ENOENT' })],
])('an iteration that ended with “%s” failed', (words, ended) => {
  expect(said({ error: exitError(ended) })).toBe(words);
  expect(isFailedOutcome(words)).toBe(true);
});

it.each([exit({}), exit({ stopped: 'aborted', signal: 'SIGTERM', exitCode: null }), exit({ stopped: 'grace', exitCode: null })])(
  'an iteration that ended by itself or by an order did not fail',
  (ended) => expect(isFailedOutcome(said({ error: exitError(ended) }))).toBe(false),
);

const results = readFileSync(new URL('../fixtures/claude-stream-json.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { _sample: string; type: string; is_error?: boolean })
  .filter(({ type }) => type === 'result');
it.each(results)('a captured result “$_sample” failed where it says so, and a usage limit is no failure', ({ _sample: _, ...line }) => {
  const reader = new ClaudeReader(() => new Date('2026-11-23T02:57:00Z'));
  reader.parse(JSON.stringify(line));
  const reading = reader.outcome(exit({ exitCode: line.is_error ? 1 : 0 }));
  expect(isFailedOutcome(said(reading))).toBe(line.is_error === true && reading.limit === null);
});

it('a silent end and tools that do not answer are failures too', () => {
  const silent = new ClaudeReader(() => new Date());
  expect(isFailedOutcome(said(silent.outcome(exit({}))))).toBe(true);
});
