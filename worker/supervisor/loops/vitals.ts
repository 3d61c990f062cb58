import { ALIVE_RUN_STATES } from '../../../server/domain/work/states.ts';
import { recordVitals } from '../../../server/services/runs/record-vitals.ts';
import { engineOf } from '../engines.ts';
import type { WorkerUsage } from '../runtimes/worker-runtime.ts';
import { pause } from './pause.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const EVERY_MS = 5_000;

interface Sample extends WorkerUsage {
  atMs: number;
}

/** Asks the engine every 5 s what each worker uses, until the signal. CPU is what it used since the question before. */
export async function runVitals(deps: SupervisorDeps, signal: AbortSignal): Promise<void> {
  let before = new Map<string, Sample>();
  while (!signal.aborted) {
    try {
      before = await sampleOnce(deps, before);
    } catch (error) {
      if (!signal.aborted) deps.log.warn({ err: error }, 'vitals: the engine could not be asked');
    }
    await pause(EVERY_MS, signal);
  }
}

async function sampleOnce({ ctx, engines, supervisorId }: SupervisorDeps, before: ReadonlyMap<string, Sample>): Promise<Map<string, Sample>> {
  const runs = await ctx.db.run.findMany({
    where: { owner: supervisorId, state: { in: [...ALIVE_RUN_STATES] }, workerRef: { not: null } },
    select: { id: true, engineId: true, workerRef: true },
  });
  const samples = new Map<string, Sample>();
  for (const { id, engineId, workerRef } of runs) {
    const usage = await engineOf(engines, engineId)?.runtime.usage(workerRef ?? '');
    if (!usage) continue;
    const sample = { ...usage, atMs: performance.now() };
    const last = before.get(id);
    samples.set(id, sample);
    const cpuPercent = last ? Math.max(0, (100 * (sample.cpuSeconds - last.cpuSeconds)) / ((sample.atMs - last.atMs) / 1000)) : null;
    await recordVitals(ctx, { runId: id, cpuPercent, memoryBytes: usage.memoryBytes });
  }
  return samples;
}
