import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../../e2e/test-context.ts';
import type { Ctx } from '../context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { appendEvents, factoryEvent } from './append-events.ts';
import { readLastEvents } from './read-last-events.ts';

let ctx: Ctx;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ ctx, end } = await createTestContext());
});
afterAll(() => end());

/** An item whose log has these lines after the submission's own, which is line 1; each call is a chunk. */
async function item(): Promise<{ id: string; write: (runId: string | null, texts: string[]) => Promise<void> }> {
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] one' })).item;
  const write = async (runId: string | null, texts: string[]) => {
    const events = texts.map((text) => factoryEvent('note', text, ctx.now()));
    await ctx.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId, events }));
  };
  return { id, write };
}
const lines = (count: number, word: string) => Array.from({ length: count }, (_, n) => `${word} ${n}`);
const seqs = async (of: Parameters<typeof readLastEvents>[1]) => (await readLastEvents(ctx, of)).map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('the end of a log: all of a short one, the last hundred lines of a long one, in their order', async () => {
  const { id, write } = await item();
  expect(await seqs({ workItemId: id })).toEqual([1]);
  await write(null, lines(30, 'pour'));
  expect(await seqs({ workItemId: id })).toEqual(range(1, 31));
  for (let chunk = 0; chunk < 45; chunk++) await write(null, lines(4, `cup ${chunk}`));
  expect(await seqs({ workItemId: id })).toEqual(range(112, 211));
  expect(await seqs({ workItemId: 'nothing' })).toEqual([]);
});

test('of a run only its own lines; of long lines only as many as a page can carry', async () => {
  const { id, write } = await item();
  const run = { workItemId: id, epoch: 1, state: 'running', runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b' };
  await ctx.db.run.create({ data: { ...run, id: 'first' } });
  await write('first', lines(2, 'brew'));
  await write(null, ['the factory']);
  await write('first', ['drink']);
  await write('other', ['other']);
  expect(await seqs({ runId: 'first' })).toEqual([2, 3, 5]);
  expect(await seqs({ runId: 'nothing' })).toEqual([]);
  await write('first', ['x'.repeat(60_000), ...lines(3, 'short')]);
  expect(await seqs({ runId: 'first' })).toEqual([8, 9, 10]);
  // What no screen shows takes no room.
  const ts = ctx.now().toISOString();
  const events = [{ v: 1, workerSeq: 1, ts, type: 'spec.updated', spec: 'x'.repeat(60_000) }] as const;
  await ctx.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: 'first', events }));
  expect(await seqs({ runId: 'first' })).toEqual([8, 9, 10]);
});
