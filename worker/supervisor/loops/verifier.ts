import { closeRunBySupervisor } from '../../../server/services/runs/fail-run.ts';
import { pauseAdmission } from '../../../server/services/runs/pause-admission.ts';
import { finishVerification, setVerifierRef, startVerification } from '../../../server/services/runs/verification.ts';
import { allEngines, type Engine, engineOf } from '../engines.ts';
import { readWorkSettings } from '../../../server/services/settings/repositories/read-repository.ts';
import { type SupervisorDeps, words } from './supervisor-deps.ts';
import type { Wake } from './wake.ts';

const IDLE_MS = 500;
/** Longest that setup and verify commands may take together. */
const VERIFY_MAX_MS = 30 * 60_000;
/** Starts of one round that may fail before the run gives up. */
const STARTS_MAX = 3;
const LOG_LINES = 200;
/** An engine at fault is tried again after this. */
const FAULT_PAUSE_MS = 60_000;

/** Starts a verifier for each claim of this supervisor's runs and brings its answer home, until the signal. */
export async function runVerifiers(deps: SupervisorDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  const failedStarts = new Map<string, number>();
  while (!signal.aborted) {
    try {
      await verifyOnce(deps, failedStarts, signal);
    } catch (error) {
      if (!signal.aborted) deps.log.error({ err: error }, 'verifier: could not look');
    }
    await wake.sleep(IDLE_MS, signal);
  }
}

async function verifyOnce(deps: SupervisorDeps, failedStarts: Map<string, number>, signal: AbortSignal): Promise<void> {
  const { ctx, supervisorId } = deps;
  const engineId = { in: allEngines(deps.engines).map(({ id }) => id) };
  const runs = await ctx.db.run.findMany({ where: { owner: supervisorId, engineId, state: 'verifying' }, include: { workItem: true } });
  for (const run of runs) {
    const engine = engineOf(deps.engines, run.engineId) ?? deps.engines.main;
    const key = `${run.id}/${run.verifyRound}`;
    try {
      if (run.verifierRef === null) await begin(deps, engine, run, signal);
      else await look(deps, engine, { ...run, verifierRef: run.verifierRef });
    } catch (error) {
      const failed = (failedStarts.get(key) ?? 0) + 1;
      failedStarts.set(key, failed);
      deps.log.warn({ err: error, runId: run.id }, 'the verifier could not be run');
      if (failed < STARTS_MAX) continue;
      // The engine's or the image's fault, never the work's: no attempt, and the commit is kept for the next run.
      const detail = `the verifier could not be run: ${words(error)}`;
      failedStarts.delete(key);
      await pauseAdmission(ctx, { supervisorId, reason: detail, until: new Date(ctx.now().getTime() + FAULT_PAUSE_MS) });
      await closeRunBySupervisor(ctx, { runId: run.id, outcome: { kind: 'yield', reason: 'engine_error', detail, notBefore: null } });
    }
  }
}

interface Waiting {
  id: string;
  verifyRound: number;
  workItemId: string;
  workItem: Parameters<typeof readWorkSettings>[2];
}

async function begin(deps: SupervisorDeps, { runtime, gatewayUrl }: Engine, run: Waiting, signal: AbortSignal): Promise<void> {
  const { ctx } = deps;
  const at = { runId: run.id, round: run.verifyRound };
  const issued = await startVerification(ctx, at);
  if (!issued) return;
  const { image } = await readWorkSettings(ctx.db, ctx.config, run.workItem);
  const start = { runId: run.id, workItemId: run.workItemId, role: 'verifier', token: issued.token, agent: null } as const;
  const { ref } = await runtime.start({ ...start, gatewayUrl, image: image ?? deps.image }, { ready: Promise.resolve(), signal });
  if (!(await setVerifierRef(ctx, { ...at, ref }))) await runtime.stop(ref, { graceMs: 0 });
}

interface Verifying {
  id: string;
  verifyRound: number;
  verifierRef: string;
  verifyStartedAt: Date | null;
}

async function look({ ctx }: SupervisorDeps, { runtime }: Engine, run: Verifying): Promise<void> {
  const { verifierRef: ref } = run;
  const at = { runId: run.id, round: run.verifyRound };
  const state = await runtime.inspect(ref);
  if (state.state === 'running') {
    const startedAt = run.verifyStartedAt?.getTime() ?? 0;
    if (ctx.now().getTime() - startedAt < VERIFY_MAX_MS) return;
    const log = `${await runtime.tail(ref, LOG_LINES)}\nThe verifier took longer than 30 minutes.`;
    await runtime.stop(ref, { graceMs: 0 });
    await finishVerification(ctx, { ...at, exitCode: null, log });
  } else if (state.state === 'exited' && state.exitCode !== null) {
    await finishVerification(ctx, { ...at, exitCode: state.exitCode, log: await runtime.tail(ref, LOG_LINES) });
  } else {
    // Killed or gone without an answer: no red, another one is started.
    await ctx.db.run.updateMany({ where: { id: run.id, state: 'verifying', verifierRef: ref }, data: { verifierRef: null } });
    throw new Error('the verifier ended without an exit code');
  }
  await runtime.remove(ref, { keepWorkspace: false });
}
