import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../../e2e/test-context.ts';
import { type RunState, runStateSchema } from '../../contracts/rest.ts';
import { isAlive } from '../../domain/work/states.ts';
import type { Ctx } from '../context.ts';
import { getStatus } from '../status/get-status.ts';
import { killWorker } from './kill-worker.ts';
import { listWorkers } from './list-workers.ts';

let ctx: Ctx;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ ctx, end } = await createTestContext());
  for (const state of runStateSchema.options) await run(state);
});
afterAll(() => end());

async function run(state: RunState, endedAt = state === 'ended' ? new Date() : null, id: string = state): Promise<void> {
  const spec = { repo: 'a/b', repoKind: 'git', cloneUrl: 'x', spec: 'x', originalSpec: 'x', tasksTotal: 1, createdBy: 'x', maxIterations: 1, maxUsd: 1 };
  await ctx.db.workItem.create({ data: { ...spec, id, source: 's', sourceId: id, title: id, state: endedAt ? 'completed' : 'running', epoch: 1 } });
  const made = { runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b' };
  await ctx.db.run.create({ data: { ...made, id, workItemId: id, epoch: 1, state, endedAt } });
}

test('the list, the count of the overview and the kill agree on what is alive', async () => {
  const alive = runStateSchema.options.filter(isAlive);
  const { workers } = await listWorkers(ctx);
  expect(workers.map(({ state }) => state).sort()).toEqual([...alive].sort());
  expect((await getStatus(ctx)).workersAlive).toBe(alive.length);
  for (const state of runStateSchema.options.filter((each) => !isAlive(each)))
    await expect(killWorker(ctx, { id: state })).rejects.toMatchObject({ code: 'conflict' });
  for (const id of alive) expect(await killWorker(ctx, { id })).toMatchObject({ id });
});

test('what publishes is listed however much ended after it began, and what ended last comes first', async () => {
  for (let n = 1; n <= 60; n++) await run('ended', new Date(Date.now() + n * 1_000), `late ${n}`);
  const { workers } = await listWorkers(ctx, { recent: true });
  expect(workers.filter(({ state }) => state === 'publishing').map(({ id }) => id)).toEqual(['publishing']);
  expect(workers.filter(({ state }) => state === 'ended').map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => `late ${60 - n}`));
});
