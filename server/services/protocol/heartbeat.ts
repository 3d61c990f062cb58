import type { z } from 'zod';
import type { heartbeatRequestSchema, HeartbeatResponse } from '../../contracts/worker-protocol.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { ENDED_MESSAGE } from '../runs/lock-live-run.ts';

/** The worker lives; the answer carries orders and what became of its claim. */
export async function heartbeat(ctx: Ctx, { ackVerifyRound }: z.output<typeof heartbeatRequestSchema>): Promise<HeartbeatResponse> {
  const { runId, epoch } = authoriseRun(ctx);
  const { count } = await ctx.db.run.updateMany({ where: { id: runId, epoch, state: { not: 'ended' } }, data: { lastBeatAt: ctx.now() } });
  if (count === 0) throw new AppError('unauthorized', ENDED_MESSAGE);
  // Leases last as long as their run beats: renewed when half of their hour is gone.
  await ctx.db.$executeRaw`UPDATE lease SET expires_at = now() + interval '1 hour' WHERE run_id = ${runId} AND expires_at < now() + interval '30 minutes'`;
  const run = await ctx.db.run.findUniqueOrThrow({ where: { id: runId } });
  return { order: run.order === 'cancel' || run.order === 'yield' ? run.order : 'go_on', claim: claimOf(run, ackVerifyRound) };
}

function claimOf(run: { state: string; verifyRound: number; verifyExit: number | null; verifyLog: string | null }, ack: number): HeartbeatResponse['claim'] {
  const round = run.verifyRound;
  if (run.state === 'verifying') return { status: 'verifying', round };
  if (run.state === 'publishing') return { status: 'accepted', round };
  if (round > ack && run.verifyLog !== null) return { status: 'red', round, exitCode: run.verifyExit, log: run.verifyLog };
  return { status: 'none' };
}
