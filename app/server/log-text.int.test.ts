import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext } from '../../e2e/test-context.ts';
import type { WorkerEvent } from '../../server/contracts/run-events.ts';
import type { Ctx } from '../../server/services/context.ts';
import { appendEvents } from '../../server/services/events/append-events.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';
import { logText } from './log-text.ts';

let ctx: Ctx;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ ctx, end } = await createTestContext());
});
afterAll(() => end());

test('in the file a call holds what came back, also where that is pages later; a call without an answer holds nothing back at the end', async () => {
  const { id } = (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] one' })).item;
  const said = [
    { type: 'agent.tool_use', toolUseId: 'a', tool: 'Bash', input: '{"command":"brew"}' },
    ...Array.from({ length: 2_500 }, (_, n) => ({ type: 'agent.text', text: `pour ${n}` })),
    { type: 'agent.tool_result', toolUseId: 'a', text: 'warm', isError: false },
    { type: 'agent.tool_use', toolUseId: 'b', tool: 'Bash', input: '{"command":"wait"}' },
    { type: 'agent.text', text: 'the last' },
  ];
  const events = said.map((event, n) => ({ v: 1, workerSeq: n + 1, ts: `2026-01-01T00:00:0${n === 2_501 ? 3 : 1}.000Z`, ...event }) as WorkerEvent);
  await ctx.db.$transaction((tx) => appendEvents(tx, { workItemId: id, runId: 'r', events }));
  const lines = (
    await (
      await logText({ ctx, reauthenticate: () => Promise.resolve(ctx.actor), signal: new AbortController().signal }, { workItemId: id, runId: 'r' })
    ).text()
  )
    .trimEnd()
    .split('\n');
  expect(lines.slice(0, 4)).toEqual([
    '2026-01-01T00:00:01.000Z  Bash  brew',
    '    {"command":"brew"}',
    '    warm  (2.0 s)',
    '2026-01-01T00:00:01.000Z  pour 0',
  ]);
  expect(lines.slice(-3)).toEqual(['2026-01-01T00:00:01.000Z  Bash  wait', '    {"command":"wait"}', '2026-01-01T00:00:01.000Z  the last']);
  expect(lines.length).toBe(3 + 2_500 + 3);
});
