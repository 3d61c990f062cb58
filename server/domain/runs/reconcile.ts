import { HEARTBEAT_TIMEOUT_MS } from '../../contracts/worker-protocol.ts';
import type { EndReason } from '../work/states.ts';

/** Longest that a run may be `starting`: clone of the mirror, start of the container, register. */
const STARTING_MAX_MS = 3 * 60_000;
/** A worker whose work was accepted ends by itself; after this it is ended. */
const FAREWELL_MS = 15_000;
/** A supervisor that is silent for this long is gone, and its runs are tried again elsewhere. */
const SUPERVISOR_SILENT_MS = 2 * 60_000;

export interface RunFacts {
  id: string;
  state: 'starting' | 'running' | 'verifying' | 'publishing' | 'ended';
  reason: string | null;
  /** What its worker was last told to do. */
  order: string | null;
  /** This supervisor made it, and its engine is one that it has. */
  mine: boolean;
  engineId: string;
  workerRef: string | null;
  verifierRef: string | null;
  createdAt: Date;
  stateAt: Date;
  lastBeatAt: Date | null;
  /** When the supervisor that looks after it last beat. */
  ownerBeatAt: Date | null;
  /** A pending row of its is written down. */
  outboxPending: boolean;
}

export interface WorkerFacts {
  ref: string;
  runId: string;
  role: 'worker' | 'verifier';
  /** null: it runs. */
  exit: { code: number | null; oomKilled: boolean } | null;
}

export interface ReconcileFacts {
  runs: readonly RunFacts[];
  /** All that the engines which answered have of this supervisor's. */
  workers: readonly WorkerFacts[];
  /** Engines that did not answer: nothing is judged by what they would have. */
  silentEngines: readonly string[];
  /** Runs whose worker this process is making right now. */
  starting: ReadonlySet<string>;
  gatewayUpSince: Date;
  /** When this process last was not running for a while: a laptop that slept. */
  lastClockGap: Date | null;
  itemsWithoutJob: readonly string[];
}

export type ReconcileAction =
  | { kind: 'remove_worker'; ref: string; runId: string; graceMs: number; keepWorkspace: boolean }
  | { kind: 'end_run'; runId: string; ref: string | null; reason: EndReason; detail: string }
  | { kind: 'return_run'; runId: string; detail: string }
  /** Asked to yield, its worker ended: no fault, and no attempt. */
  | { kind: 'yield_run'; runId: string; detail: string }
  | { kind: 'publish_again'; runId: string }
  | { kind: 'queue_again'; itemId: string };

/** What is to be done so that runs, containers, jobs and outbox rows agree again. Deciding twice is harmless. */
export function decideReconcile(facts: ReconcileFacts, now: Date): ReconcileAction[] {
  const actions: ReconcileAction[] = facts.itemsWithoutJob.map((itemId) => ({ kind: 'queue_again', itemId }));
  const runs = new Map(facts.runs.map((run) => [run.id, run]));
  for (const worker of facts.workers) actions.push(...judgeWorker(worker, runs.get(worker.runId), now));
  for (const run of facts.runs) {
    const action = judgeRun(run, facts, now);
    if (action) actions.push(action);
  }
  return actions;
}

function judgeWorker(worker: WorkerFacts, run: RunFacts | undefined, now: Date): ReconcileAction[] {
  const remove = (graceMs: number, keepWorkspace: boolean): ReconcileAction[] => [
    { kind: 'remove_worker', ref: worker.ref, runId: worker.runId, graceMs, keepWorkspace },
  ];
  if (!run) return remove(0, false);
  if (run.state === 'ended') {
    const accepted = run.reason === 'verified' || run.reason === 'unverified';
    if (accepted && worker.exit === null && now.getTime() - run.stateAt.getTime() < FAREWELL_MS) return [];
    return remove(accepted ? 0 : 2_000, !accepted);
  }
  if (worker.role === 'worker') return run.state === 'publishing' && worker.exit !== null ? remove(0, false) : [];
  // The verifier of a round that is over, or one whose start was cut off before it was stored.
  const stray = run.state !== 'verifying' || (run.verifierRef !== null && run.verifierRef !== worker.ref);
  return stray ? remove(0, false) : [];
}

function judgeRun(run: RunFacts, facts: ReconcileFacts, now: Date): ReconcileAction | null {
  if (run.state === 'ended') return null;
  if (!run.mine) {
    const silent = run.ownerBeatAt === null || now.getTime() - run.ownerBeatAt.getTime() > SUPERVISOR_SILENT_MS;
    const detail = 'its supervisor has been silent for 2 minutes';
    return silent && run.state !== 'publishing' ? { kind: 'return_run', runId: run.id, detail } : null;
  }
  if (run.state === 'publishing') return run.outboxPending ? null : { kind: 'publish_again', runId: run.id };
  if (run.state === 'verifying') return null; // the verifier decides; the worker only waits
  if (!facts.silentEngines.includes(run.engineId) && run.workerRef !== null) {
    const worker = facts.workers.find((one) => one.runId === run.id && one.role === 'worker');
    const isOver = !worker || (worker.exit !== null && !worker.exit.oomKilled);
    if (isOver && run.order === 'yield') return { kind: 'yield_run', runId: run.id, detail: 'asked to yield, the worker ended' };
    if (!worker) return { kind: 'end_run', runId: run.id, ref: null, reason: 'worker_exited', detail: 'the worker is gone' };
    if (worker.exit) return exited(run, worker.ref, worker.exit);
  }
  if (facts.starting.has(run.id)) return null;
  if (run.state === 'starting' && now.getTime() - latest(run.stateAt, facts.gatewayUpSince, facts.lastClockGap) > STARTING_MAX_MS) {
    return { kind: 'end_run', runId: run.id, ref: run.workerRef, reason: 'start_failed', detail: 'the worker did not register within 3 minutes' };
  }
  if (run.state === 'running' && now.getTime() - latest(run.lastBeatAt ?? run.createdAt, facts.gatewayUpSince, facts.lastClockGap) > HEARTBEAT_TIMEOUT_MS) {
    return { kind: 'end_run', runId: run.id, ref: run.workerRef, reason: 'heartbeat_lost', detail: 'no heartbeat for 2 minutes' };
  }
  return null;
}

function exited(run: RunFacts, ref: string, exit: NonNullable<WorkerFacts['exit']>): ReconcileAction {
  if (exit.oomKilled) return { kind: 'end_run', runId: run.id, ref, reason: 'out_of_memory', detail: 'the worker ran out of memory' };
  const how = exit.code === null ? 'was killed' : `exited with code ${exit.code}`;
  return { kind: 'end_run', runId: run.id, ref, reason: 'worker_exited', detail: `the worker ${how} without a word to the factory` };
}

function latest(...dates: (Date | null)[]): number {
  return Math.max(...dates.map((date) => date?.getTime() ?? 0));
}
