import { ALIVE_RUN_STATES } from '../../server/domain/work/states.ts';
import { closeRunBySupervisor } from '../../server/services/runs/fail-run.ts';
import { allEngines, engineOf } from './engines.ts';
import type { SupervisorDeps } from './loops/supervisor-deps.ts';

/** Time for Ralph to end its agent, commit what is there, push it and say so. */
const STOP_GRACE_MS = 3_000;

/**
 * A clean shutdown: each live worker of this supervisor is asked to yield, which stores what its iteration has so far; the gateway must
 * still be there for that. A run whose worker said nothing in time is ended as yielded here: no attempt, and what it pushed is kept.
 * @returns how many runs ended
 */
export async function yieldWorkers({ ctx, supervisorId, engines, log }: SupervisorDeps): Promise<number> {
  const engineId = { in: allEngines(engines).map(({ id }) => id) };
  const runs = await ctx.db.run.findMany({ where: { owner: supervisorId, engineId, state: { in: [...ALIVE_RUN_STATES] } } });
  // Stored before any of them is stopped: should this process be killed meanwhile, the next one knows why they ended.
  await ctx.db.run.updateMany({ where: { id: { in: runs.map((run) => run.id) }, order: null }, data: { order: 'yield' } });
  const outcome = { kind: 'yield', reason: 'yielded', detail: 'the factory was stopped', notBefore: null } as const;
  await Promise.all(
    runs.map(async (run) => {
      const { runtime } = engineOf(engines, run.engineId) ?? engines.main;
      const refs = [run.workerRef, run.verifierRef].filter((ref) => ref !== null);
      const stops = await Promise.allSettled(refs.map((ref) => runtime.stop(ref, { graceMs: STOP_GRACE_MS })));
      for (const stop of stops) if (stop.status === 'rejected') log.warn({ err: stop.reason as unknown, runId: run.id }, 'a worker could not be stopped');
      await closeRunBySupervisor(ctx, { runId: run.id, outcome });
    }),
  );
  return runs.length;
}
