import { agentSchema } from '../../../server/contracts/repositories.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { remoteRetryAt } from '../../../server/domain/runs/remote-away.ts';
import { countTriesInVain } from '../../../server/services/runs/count-tries-in-vain.ts';
import { attachWorker, prepareRun } from '../../../server/services/runs/prepare-run.ts';
import { type Claim, claimRun, explainWait } from '../../../server/services/runs/claim-run.ts';
import { closeRunBySupervisor } from '../../../server/services/runs/fail-run.ts';
import { pauseAdmission } from '../../../server/services/runs/pause-admission.ts';
import { type Engine, readyEngine } from '../engines.ts';
import { ensureRunRef, RemoteAway } from '../mirrors.ts';
import { RuntimeError } from '../runtimes/worker-runtime.ts';
import { judgeLearningFiles } from './learning-files.ts';
import { lowDisk } from './low-disk.ts';
import { type SupervisorDeps, words } from './supervisor-deps.ts';
import type { Wake } from './wake.ts';

type ClaimedRun = Extract<Claim, { kind: 'claimed' }>['run'];
type Started = Extract<Claim, { kind: 'claimed' }> & { signal: AbortSignal };

const IDLE_MS = 5_000;
/** An engine, an image or a disk at fault is tried again after this. */
const FAULT_PAUSE_MS = 60_000;
const PREPARE_AGAIN_MS = 1_000;

/** Claims and starts workers until the signal: on a wake, when a refusal says so, and every 5 s. */
export async function runAdmission(deps: SupervisorDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  const starts = new Set<Promise<void>>();
  while (!signal.aborted) {
    let waitMs = IDLE_MS;
    try {
      waitMs = await admitAll(deps, starts, signal);
    } catch (error) {
      if (!signal.aborted) deps.log.error({ err: error }, 'admission: could not claim');
    }
    await wake.sleep(waitMs, signal);
  }
  await Promise.all(starts);
}

/** Claims until refused or empty. @returns ms until it makes sense to ask again */
async function admitAll(deps: SupervisorDeps, starts: Set<Promise<void>>, signal: AbortSignal): Promise<number> {
  const { ctx, engines } = deps;
  while (!signal.aborted) {
    const choice = await readyEngine(engines, signal);
    deps.tell('runtime', choice.kind === 'ready' ? choice.warnings.join(' ') || null : null);
    const holdUp = choice.kind === 'ready' ? await lowDisk(deps.mirrors.dataDir) : choice.reason;
    if (choice.kind === 'hold' || holdUp !== null) {
      await explainWait(ctx, { reason: holdUp ?? 'the engine is made ready', retryAt: null });
      return PREPARE_AGAIN_MS;
    }
    const { id: engineId, runtime } = choice.engine;
    const agents = choice.engine === engines.main ? deps.agents : (['demo'] as const);
    const claim = await claimRun(ctx, { engineId, runtime: runtime.kind, agents, isolated: runtime.isolated });
    if (claim.kind === 'empty') return IDLE_MS;
    if (claim.kind === 'refused') {
      const retryMs = claim.retryAt ? claim.retryAt.getTime() - ctx.now().getTime() : IDLE_MS;
      return Math.min(IDLE_MS, Math.max(10, retryMs));
    }
    // Not waited for: an image that is fetched, or a slow repository, holds up nobody else. The claim has counted it already.
    const start = startWorker(deps, choice.engine, { ...claim, signal }).catch((error: unknown) => deps.log.error({ err: error }, 'admission: a start failed'));
    starts.add(start);
    void start.finally(() => starts.delete(start));
  }
  return 0;
}

/** Starts the worker of a claimed run; what goes wrong here is never an attempt of the item. */
async function startWorker(deps: SupervisorDeps, engine: Engine, claim: Started): Promise<void> {
  const { ctx, log } = deps;
  const { run, workerToken, signal } = claim;
  const { runtime, gatewayUrl } = engine;
  const item = run.workItem;
  deps.starting.add(run.id);
  // The container is made while git is asked; it runs only when git has answered.
  const ready = prepare(deps, run);
  ready.catch(() => undefined);
  try {
    const start = { runId: run.id, workItemId: item.id, role: 'worker', token: workerToken, agent: agentSchema.parse(run.agent) } as const;
    const { ref } = await runtime.start({ ...start, gatewayUrl, image: item.image ?? deps.image }, { ready, signal });
    if (!(await attachWorker(ctx, { runId: run.id, workerRef: ref }))) await runtime.stop(ref, { graceMs: 0 });
    log.info({ runId: run.id, workItemId: item.id, runtime: runtime.kind }, 'worker started');
  } catch (error) {
    if (error instanceof RunOver || signal.aborted) return;
    await explainFailure(deps, run, error);
  } finally {
    deps.starting.delete(run.id);
  }
}

/** The run ended while its worker was being made. */
class RunOver extends Error {}

async function prepare(deps: SupervisorDeps, run: ClaimedRun): Promise<void> {
  const { base, ...refs } = await ensureRunRef(deps.mirrors, { item: run.workItem, run: { branch: run.branch } });
  await judgeLearningFiles(deps, { ...run.workItem, base });
  if (!(await prepareRun(deps.ctx, { runId: run.id, ...refs }))) throw new RunOver();
}

async function explainFailure({ ctx, supervisorId, log }: SupervisorDeps, run: ClaimedRun, error: unknown): Promise<void> {
  const detail = words(error);
  const item = run.workItem;
  log.warn({ err: error, runId: run.id, workItemId: item.id }, 'worker not started');
  // Nobody else waits for its repository's server, and it waits for as long as that takes: a weekend without a network fails nothing.
  if (error instanceof RemoteAway) {
    const notBefore = remoteRetryAt(await countTriesInVain(ctx, { workItemId: item.id }), ctx.now());
    await closeRunBySupervisor(ctx, { runId: run.id, outcome: { kind: 'yield', reason: 'engine_error', detail, notBefore } });
    return;
  }
  // Its own repository or its own image: no other item waits for that.
  const ownFault =
    (error instanceof AppError && error.code === 'bad_request') || (error instanceof RuntimeError && error.kind === 'image' && item.image !== null);
  if (ownFault) {
    await closeRunBySupervisor(ctx, { runId: run.id, outcome: { kind: 'failed', detail } });
    return;
  }
  const until = new Date(ctx.now().getTime() + FAULT_PAUSE_MS);
  const what = error instanceof RuntimeError ? `The ${error.kind} is at fault: ${detail}` : detail;
  await pauseAdmission(ctx, { supervisorId, reason: what, until });
  await closeRunBySupervisor(ctx, { runId: run.id, outcome: { kind: 'yield', reason: 'engine_error', detail: what, notBefore: null } });
}
