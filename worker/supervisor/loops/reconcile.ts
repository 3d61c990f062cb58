import { decideReconcile, type ReconcileAction, type RunFacts, type WorkerFacts } from '../../../server/domain/runs/reconcile.ts';
import { isAlive } from '../../../server/domain/work/states.ts';
import { closeRunBySupervisor } from '../../../server/services/runs/fail-run.ts';
import { healQueuedItem, publishAgain, readReconcileFacts } from '../../../server/services/runs/read-reconcile-facts.ts';
import { allEngines, type Engine } from '../engines.ts';
import type { WorkerState } from '../runtimes/worker-runtime.ts';
import { type SupervisorDeps, words } from './supervisor-deps.ts';
import type { Wake } from './wake.ts';

const EVERY_MS = 2_000;
/** A pause of this process beyond its timer that counts as a gap: the machine slept. */
const CLOCK_GAP_MS = 30_000;
const TAIL_LINES = 100;

/** Makes runs, workers, jobs and outbox rows agree again, on start, on a wake and every 2 s, until the signal. */
export async function runReconcile(deps: SupervisorDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  let lastClockGap: Date | null = null;
  let before = deps.ctx.now().getTime();
  while (!signal.aborted) {
    const now = deps.ctx.now();
    if (now.getTime() - before > CLOCK_GAP_MS) lastClockGap = now;
    try {
      await reconcileOnce(deps, { lastClockGap });
    } catch (error) {
      if (!signal.aborted) deps.log.error({ err: error }, 'reconcile: could not look');
    }
    before = deps.ctx.now().getTime();
    await wake.sleep(EVERY_MS, signal);
  }
}

export async function reconcileOnce(deps: SupervisorDeps, { lastClockGap }: { lastClockGap: Date | null }): Promise<void> {
  const engines = allEngines(deps.engines);
  const answers = await Promise.all(engines.map(async (engine) => ({ engine, workers: await readWorkers(deps, engine) })));
  const workerRunIds = answers.flatMap((answer) => answer.workers ?? []).map((worker) => worker.runId);
  const facts = await readReconcileFacts(deps.ctx, { engineIds: engines.map(({ id }) => id), workerRunIds });
  for (const answer of answers) answer.workers = await addNewWorkers(deps, answer, facts.runs);
  const silentEngines = answers.flatMap(({ engine, workers }) => (workers === null ? [engine.id] : []));
  const workers = answers.flatMap((answer) => answer.workers ?? []);
  const now = deps.ctx.now();
  for (const action of decideReconcile({ ...facts, workers, silentEngines, starting: deps.starting, gatewayUpSince: deps.gatewayUpSince, lastClockGap }, now)) {
    try {
      await act(deps, action, (ref) => answers.find((answer) => answer.workers?.some((worker) => worker.ref === ref))?.engine ?? deps.engines.main);
    } catch (error) {
      deps.log.error({ err: error, action }, 'reconcile: an action failed');
    }
  }
}

/** All that the engine has of this supervisor's; null where it does not answer: unknown is never gone. */
async function readWorkers(deps: SupervisorDeps, { runtime }: Engine): Promise<WorkerFacts[] | null> {
  try {
    const seen: WorkerFacts[] = [];
    for (const { ref, runId, role, running } of await runtime.list()) {
      const exit = running ? null : exitOf(await runtime.inspect(ref));
      if (exit !== 'gone') seen.push({ ref, runId, role, exit });
    }
    return seen;
  } catch (error) {
    deps.log.warn(`the engine does not answer: ${words(error)}`);
    return null;
  }
}

interface Answer {
  engine: Engine;
  workers: WorkerFacts[] | null;
}

/** The runs were read after the workers: a worker that was made in between is on no list, and is asked for by its name before it is called gone. */
async function addNewWorkers({ log }: SupervisorDeps, { engine, workers }: Answer, runs: readonly RunFacts[]): Promise<WorkerFacts[] | null> {
  if (workers === null) return null;
  const listed = new Set(workers.flatMap(({ runId, role }) => (role === 'worker' ? [runId] : [])));
  const added: WorkerFacts[] = [];
  try {
    for (const { id: runId, state, mine, engineId, workerRef: ref } of runs) {
      if (!mine || engineId !== engine.id || !isAlive(state) || ref === null || listed.has(runId)) continue;
      const exit = exitOf(await engine.runtime.inspect(ref));
      if (exit !== 'gone') added.push({ ref, runId, role: 'worker', exit });
    }
    return [...workers, ...added];
  } catch (error) {
    log.warn(`the engine does not answer: ${words(error)}`);
    return null;
  }
}

function exitOf(state: WorkerState): WorkerFacts['exit'] | 'gone' {
  if (state.state === 'exited') return { code: state.exitCode, oomKilled: state.oomKilled };
  return state.state === 'gone' ? 'gone' : null;
}

async function act(deps: SupervisorDeps, action: ReconcileAction, holder: (ref: string) => Engine): Promise<void> {
  const { ctx, log } = deps;
  switch (action.kind) {
    case 'remove_worker': {
      const { runtime } = holder(action.ref);
      await runtime.stop(action.ref, { graceMs: action.graceMs });
      await runtime.remove(action.ref, { keepWorkspace: action.keepWorkspace });
      return;
    }
    case 'end_run': {
      const { runId, reason, detail, ref } = action;
      const tail =
        ref === null
          ? null
          : await holder(ref)
              .runtime.tail(ref, TAIL_LINES)
              .catch((error: unknown) => `(no output: ${words(error)})`);
      if (await closeRunBySupervisor(ctx, { runId, outcome: { kind: 'fault', reason, detail }, tail })) log.warn({ runId, reason }, detail);
      return;
    }
    case 'return_run': {
      const { runId, detail } = action;
      const outcome = { kind: 'fault', reason: 'heartbeat_lost', detail } as const;
      if (await closeRunBySupervisor(ctx, { runId, outcome })) log.warn({ runId }, detail);
      return;
    }
    case 'yield_run': {
      const outcome = { kind: 'yield', reason: 'yielded', detail: action.detail, notBefore: null } as const;
      if (await closeRunBySupervisor(ctx, { runId: action.runId, outcome })) log.info({ runId: action.runId }, action.detail);
      return;
    }
    case 'publish_again':
      await publishAgain(ctx, { runId: action.runId });
      return;
    case 'queue_again':
      await healQueuedItem(ctx, { id: action.itemId });
      return;
  }
}
