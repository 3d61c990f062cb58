import { ALIVE_RUN_STATES } from '../../server/domain/states.ts';
import { closeRunBySupervisor } from '../../server/services/runs/fail-run.ts';
import type { SupervisorDeps } from './loops/supervisor-deps.ts';

const STOP_GRACE_MS = 1_500;

/**
 * A clean shutdown: every live run of this supervisor yields (no attempt; what it pushed goes out) and its worker is stopped.
 * @returns how many yielded
 */
export async function yieldWorkers(deps: SupervisorDeps): Promise<number> {
  const { ctx, supervisorId, engineId, runtime } = deps;
  const runs = await ctx.db.run.findMany({ where: { owner: supervisorId, engineId, state: { in: [...ALIVE_RUN_STATES] } } });
  const outcome = { kind: 'yield', reason: 'yielded', detail: 'the factory was stopped', notBefore: null } as const;
  const yielded = await Promise.all(
    runs.map(async (run) => {
      const closed = await closeRunBySupervisor(ctx, { runId: run.id, outcome });
      for (const ref of [run.workerRef, run.verifierRef]) if (ref) await runtime.stop(ref, { graceMs: STOP_GRACE_MS });
      return closed;
    }),
  );
  return yielded.filter(Boolean).length;
}
