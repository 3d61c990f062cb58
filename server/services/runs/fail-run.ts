import { type z } from 'zod';
import type { failRequestSchema } from '../../contracts/worker-protocol.ts';
import { redact } from '../../domain/redaction.ts';
import { authoriseSupervisor } from '../authorise.ts';
import { closeRun, type Outcome } from './close-run.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from './lock-live-run.ts';

/** The worker says that it ends without a result: by an error (an attempt), or because it was asked to or may not go on (none). */
export async function failRun(ctx: Ctx, { kind, message, notBefore }: z.output<typeof failRequestSchema>): Promise<void> {
  const detail = redact(message);
  const until = notBefore ? new Date(notBefore) : null;
  await ctx.db.$transaction(async (tx) => {
    const { run } = await lockLiveRun(ctx, tx);
    if (run.state === 'publishing') return; // its work is accepted: how the worker ends no longer matters
    const outcome: Outcome = kind === 'error' ? { kind: 'fault', reason: 'failed', detail } : { kind: 'yield', reason: 'yielded', detail, notBefore: until };
    await closeRun(ctx, tx, { runId: run.id, outcome });
  });
}

/** The supervisor ends a run for what it saw itself. @returns false where it had ended already, or its work is accepted */
export async function closeRunBySupervisor(ctx: Ctx, { runId, outcome, tail }: { runId: string; outcome: Outcome; tail?: string | null }): Promise<boolean> {
  authoriseSupervisor(ctx);
  return ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT w.id FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE r.id = ${runId} FOR UPDATE OF w`;
    const run = await tx.run.findUnique({ where: { id: runId }, select: { state: true } });
    if (run?.state === 'publishing') return false;
    const clean = tail ? redact(tail.replaceAll('\0', '�')) : null;
    return closeRun(ctx, tx, { runId, outcome: { ...outcome, detail: redact(outcome.detail) }, tail: clean });
  });
}
