import type { Tx } from '../../db/client.ts';
import { hashSecret, newSecret } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import { redact } from '../../domain/redaction.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { publishRun } from '../publication/publish-run.ts';

/** What is kept of a verifier's output: its last lines, and at most so many characters. */
const LOG_LINES = 200;
const LOG_CHARS = 64 * 1024;

/** Issues the verifier's own token; one that an earlier try had is dead. Null where the run does not wait for this round any more. */
export async function startVerification(ctx: Ctx, { runId, round }: { runId: string; round: number }): Promise<{ token: string } | null> {
  authoriseSupervisor(ctx);
  const now = ctx.now();
  const token = newSecret('fwr');
  return ctx.db.$transaction(async (tx) => {
    const where = { id: runId, state: 'verifying', verifyRound: round };
    const { count } = await tx.run.updateMany({ where, data: { verifyStartedAt: now, verifierRef: null } });
    if (count === 0) return null;
    await tx.workerToken.updateMany({ where: { runId, role: 'verifier', revokedAt: null }, data: { revokedAt: now } });
    await tx.workerToken.create({ data: { hash: hashSecret(token), runId, role: 'verifier', createdAt: now } });
    const run = await tx.run.findUniqueOrThrow({ where: { id: runId } });
    await log(tx, { run, event: factoryEvent('verifier.started', `verifying ${run.claimedCommit?.slice(0, 12)} in a clean checkout`, now, { round }) });
    return { token };
  });
}

/** Stores where the verifier runs. */
export async function setVerifierRef(ctx: Ctx, { runId, round, ref }: { runId: string; round: number; ref: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const { count } = await ctx.db.run.updateMany({ where: { id: runId, state: 'verifying', verifyRound: round }, data: { verifierRef: ref } });
  return count > 0;
}

/**
 * What the factory saw of the claimed commit: green publishes, red goes into the worker's next prompt.
 * @param exitCode of the verify command; null where it ended by a signal or ran out of time
 * @returns false where the run does not wait for this round any more
 */
export async function finishVerification(ctx: Ctx, input: { runId: string; round: number; exitCode: number | null; log: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const now = ctx.now();
  const { runId, round, exitCode } = input;
  const kept = redact(input.log.replaceAll('\0', '�').split('\n').slice(-LOG_LINES).join('\n').slice(-LOG_CHARS));
  return ctx.db.$transaction(async (tx) => {
    const green = exitCode === 0;
    await tx.$queryRaw`SELECT w.id FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE r.id = ${runId} FOR UPDATE OF w`;
    const { count } = await tx.run.updateMany({
      where: { id: runId, state: 'verifying', verifyRound: round },
      data: { verifyExit: exitCode, verifyLog: kept, stateAt: now, ...(green ? {} : { state: 'running' }) },
    });
    if (count === 0) return false;
    await tx.workerToken.updateMany({ where: { runId, role: 'verifier', revokedAt: null }, data: { revokedAt: now } });
    const run = await tx.run.findUniqueOrThrow({ where: { id: runId } });
    const text = green
      ? 'the project’s checks pass'
      : `the project’s checks fail (${exitCode === null ? 'ended by a signal or out of time' : `exit ${exitCode}`})`;
    await log(tx, { run, event: factoryEvent('verifier.finished', text, now, { round, exitCode, log: kept.slice(-8000) }) });
    if (green) await publishRun(ctx, tx, { runId, verified: true });
    return true;
  });
}

async function log(tx: Tx, { run, event }: { run: { id: string; workItemId: string }; event: ReturnType<typeof factoryEvent> }): Promise<void> {
  await appendEvents(tx, { workItemId: run.workItemId, runId: run.id, events: [event] });
  await notify(tx, { kind: 'moved', items: [run.workItemId] });
}
