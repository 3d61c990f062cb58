import type { HeartbeatResponse } from '../contracts/worker-protocol.ts';
import type { Ctx } from './context.ts';
import { lockCallingRun, type LockedRun } from './lock-run.ts';
import { LEASE_SECONDS } from './lock-paths.ts';

/** The worker is alive: notes it, keeps its leases, and answers with orders and the state of its claim. */
export async function heartbeat(ctx: Ctx, input: { iteration: number; ackVerifyRound: number }): Promise<HeartbeatResponse> {
  return ctx.db.$transaction(async (tx) => {
    const run = await lockCallingRun(tx, ctx);
    await tx.run.update({ where: { id: run.id }, data: { lastBeatAt: ctx.now() } });
    await tx.$executeRaw`UPDATE lease SET expires_at = now() + make_interval(secs => ${LEASE_SECONDS}::int) WHERE run_id = ${run.id} AND expires_at > now()`;
    return { order: orderOf(run), claim: claimOf(run, input.ackVerifyRound) };
  });
}

function orderOf(run: LockedRun): HeartbeatResponse['order'] {
  if (run.order === 'cancel' || run.order === 'kill') return 'cancel';
  return run.order === 'yield' ? 'yield' : 'go_on';
}

function claimOf(run: LockedRun, ackVerifyRound: number): HeartbeatResponse['claim'] {
  const round = run.verifyRound;
  if (run.state === 'publishing') return { status: 'accepted', round };
  if (run.state === 'verifying') return { status: 'verifying', round };
  if (round > ackVerifyRound && run.verifyExit !== null) return { status: 'red', round, exitCode: run.verifyExit, log: run.verifyLog ?? '' };
  return { status: 'none' };
}
