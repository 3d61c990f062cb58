import { hostname } from 'node:os';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { pause } from './pause.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const EVERY_MS = 5_000;

/** One beat: that this supervisor lives, and what it knows of itself. */
export async function beatOnce(deps: SupervisorDeps, { off, startedAt }: { off: readonly string[]; startedAt: Date }): Promise<void> {
  const { ctx, gatewayUpSince, agents } = deps;
  const { id: engineId, runtime, gatewayUrl } = deps.engines.main;
  const facts = { agent: agents[0], isolated: runtime.isolated, off: [...off], gatewayUrl };
  await supervisorBeat(ctx, { host: hostname(), pid: process.pid, runtime: runtime.kind, engineId, startedAt, gatewayUpSince, facts });
}

/** Beats every 5 s until the signal. */
export async function runBeat(deps: SupervisorDeps, { off, startedAt, signal }: { off: () => string[]; startedAt: Date; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    await pause(EVERY_MS, signal);
    if (signal.aborted) return;
    await beatOnce(deps, { off: off(), startedAt }).catch((error: unknown) => deps.log.error({ err: error }, 'beat: not stored'));
  }
}
