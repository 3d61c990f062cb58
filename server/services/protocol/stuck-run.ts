import { type z } from 'zod';
import type { stuckRequestSchema } from '../../contracts/worker-protocol.ts';
import { redact } from '../../domain/redaction.ts';
import { closeRun } from '../runs/close-run.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';

/** The worker cannot go on by itself: its item needs a person. Reason `budget` is the item's own cap. */
export async function stuckRun(ctx: Ctx, { reason, message }: z.output<typeof stuckRequestSchema>): Promise<void> {
  await ctx.db.$transaction(async (tx) => {
    const { run } = await lockLiveRun(ctx, tx);
    if (run.state === 'publishing') return; // its work is accepted
    const detail = redact(reason === 'agent' ? `the agent asks for a person: ${message}` : message);
    await closeRun(ctx, tx, { runId: run.id, outcome: { kind: 'stuck', reason: reason === 'budget' ? 'budget' : 'stuck', detail } });
  });
}
