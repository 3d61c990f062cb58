import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../../e2e/test-context.ts';
import type { WorkerEvent } from '../../contracts/run-events.ts';
import { type SILENT_TYPES, wordsOf } from '../../domain/runs/event-words.ts';
import type { Ctx } from '../context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { appendEvents } from './append-events.ts';
import { HITS_MAX, searchEvents } from './search-events.ts';

let ctx: Ctx;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ ctx, end } = await createTestContext());
});
afterAll(() => end());

/** An item whose log has these lines of an agent after the submission's own, which is line 1. */
async function itemWith(texts: string[], more: object[] = []): Promise<string> {
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] one' })).item;
  const ts = new Date().toISOString();
  const events = [...texts.map((text) => ({ type: 'agent.text', text })), ...more].map((said, n) => ({ v: 1, workerSeq: n + 1, ts, ...said }) as WorkerEvent);
  for (let from = 0; from < events.length; from += 500)
    await ctx.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: 'r', events: events.slice(from, from + 500) }));
  return id;
}

test('line 3 of 100,000 is found, and the very last', async () => {
  const texts = Array.from({ length: 99_999 }, (_, n) => `step ${n} of the work`);
  texts[1] = 'Ein Fläschchen TEE';
  texts[99_998] = 'ein fläschchen tee, leer';
  const id = await itemWith(texts);
  expect(await searchEvents(ctx, { id, text: 'fläschchen tee' })).toEqual({ seqs: [3, 100_000], more: false });
  const many = await searchEvents(ctx, { id, text: 'of the work' });
  expect([many.seqs.length, many.seqs[0], many.more]).toEqual([HITS_MAX, 2, true]);
}, 60_000);

test('what a call was given and what came back is looked through, what is never shown is not', async () => {
  const id = await itemWith(
    [],
    [
      { type: 'agent.tool_use', toolUseId: 'a', tool: 'Bash', input: '{"command":"brew darjeeling"}' },
      { type: 'agent.tool_result', toolUseId: 'a', text: 'one\ntwo darjeeling', isError: true },
      { type: 'spec.updated', spec: '- [ ] darjeeling' },
    ],
  );
  expect((await searchEvents(ctx, { id, text: 'Darjeeling' })).seqs).toEqual([2, 3]);
});

/** One of each type that has words; a type that is new must be added here. */
const EACH: { [T in Exclude<WorkerEvent['type'], (typeof SILENT_TYPES)[number]>]: Omit<Extract<WorkerEvent, { type: T }>, 'v' | 'workerSeq' | 'ts'> } = {
  'run.started': { type: 'run.started', agent: 'claude', tasksTotal: 5, tasksDone: 2 },
  'iteration.started': { type: 'iteration.started', iteration: 3, task: 'Sell tea' },
  'agent.text': { type: 'agent.text', text: 'I brew' },
  'agent.tool_use': { type: 'agent.tool_use', toolUseId: 'a', tool: 'Bash', input: JSON.stringify({ command: 'echo "white tea"\nls' }) },
  'agent.tool_result': { type: 'agent.tool_result', toolUseId: 'a', text: 'one\ntwo', isError: false },
  'agent.limit': { type: 'agent.limit', status: 'rejected', text: 'usage limit reached' },
  'agent.error': { type: 'agent.error', text: 'overloaded' },
  'task.checked': { type: 'task.checked', task: 'Sell tea', done: 1, total: 4 },
  'commit.created': { type: 'commit.created', commit: 'abcdef0123456789', subject: 'feat: tea', files: 1 },
  'lease.refused': { type: 'lease.refused', paths: ['src/a.ts', 'src/b.ts'], heldBy: 'run-77' },
  'learning.noted': { type: 'learning.noted', kind: 'gotcha', text: 'Kettles are hot' },
  'verify.started': { type: 'verify.started', command: 'npm test' },
  'verify.finished': { type: 'verify.finished', exitCode: 7, log: 'first\nlast' },
  'iteration.finished': { type: 'iteration.finished', iteration: 3, outcome: 'no output for too long', durationMs: 5, commits: 2 },
  'run.finished': { type: 'run.finished', reason: 'stuck', detail: 'which tea?' },
  log: { type: 'log', level: 'info', text: 'Claude Code 2' },
};

test('all that the screen says of an event is found, whatever its type', async () => {
  const events = Object.values(EACH);
  const id = await itemWith([], events);
  for (const [index, event] of events.entries()) {
    const words = wordsOf({ v: 1, workerSeq: 1, ts: '', ...event });
    const lines = `${words?.text}\n${words?.more ?? ''}`.split('\n').filter((line) => line !== '');
    expect(lines).not.toEqual([]);
    for (const text of lines) expect((await searchEvents(ctx, { id, text: text.toUpperCase() })).seqs, text).toContain(index + 2);
  }
  const find = async (text: string) => (await searchEvents(ctx, { id, text })).seqs.map((seq) => events[seq - 2]?.type);
  expect(await find('iteration 3')).toEqual(['iteration.started', 'iteration.finished']);
  expect(await find('echo "white')).toEqual(['agent.tool_use']);
  expect(await find('run-77')).toEqual(['lease.refused']);
  // A name of a field is no word of anybody's.
  expect(await find('workerSeq')).toEqual([]);
});

test('signs that mean something to SQL mean only themselves', async () => {
  const id = await itemWith(['100% sure', '100 sure', "it's a_b", 'a-b', 'back\\slash']);
  const find = async (text: string) => (await searchEvents(ctx, { id, text })).seqs;
  expect([await find('100%'), await find('a_b'), await find("it's"), await find('k\\s')]).toEqual([[2], [4], [4], [6]]);
});

test('a log is searched alone, and for one run alone', async () => {
  await itemWith(['only here: oolong']);
  const id = await itemWith(['green']);
  expect((await searchEvents(ctx, { id, text: 'oolong' })).seqs).toEqual([]);
  expect((await searchEvents(ctx, { id, text: 'green', runId: 'r' })).seqs).toEqual([2]);
  expect((await searchEvents(ctx, { id, text: 'green', runId: 'another' })).seqs).toEqual([]);
});

test('nothing, a NUL and an item that is not are refused in words', async () => {
  const id = await itemWith([]);
  await expect(searchEvents(ctx, { id, text: '  ' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(searchEvents(ctx, { id, text: 'a\0b' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(searchEvents(ctx, { id: 'none', text: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});
