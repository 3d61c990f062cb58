import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../../e2e/test-context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { countTriesInVain } from './count-tries-in-vain.ts';

let context: Awaited<ReturnType<typeof createTestContext>>;
beforeAll(async () => {
  context = await createTestContext();
});
afterAll(() => context.end());

/** How many tries in vain are counted of an item whose runs ended so, oldest first. */
async function countOf(ends: { reason: string; workerRef?: string }[]): Promise<number> {
  const { ctx } = context;
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: `- [ ] ${ends.length}`, sourceId: JSON.stringify(ends) })).item;
  const run = { workItemId: id, state: 'ended', runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b' };
  for (const [n, end] of ends.entries()) {
    const at = new Date(Date.now() - 3_600_000 + n * 1_000);
    await ctx.db.run.create({ data: { ...run, ...end, id: `${id}-${n}`, epoch: n + 1, createdAt: at, endedAt: at } });
  }
  return countTriesInVain(ctx, { workItemId: id });
}

const vain = { reason: 'engine_error' };

test('only tries that never had a worker count, and only those since the last that had one', async () => {
  expect(await countOf([])).toBe(0);
  expect(await countOf([vain, vain, vain])).toBe(3);
  // A verifier that could not be run ends a run that worked for hours by the same word.
  expect(await countOf([vain, vain, { ...vain, workerRef: 'w' }])).toBe(0);
  expect(await countOf([vain, { ...vain, workerRef: 'w' }, vain])).toBe(1);
  expect(await countOf([vain, { reason: 'failed' }, vain, vain])).toBe(2);
});
