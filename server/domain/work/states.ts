import type { RunState, WorkItemState } from '../../contracts/rest.ts';

/** Legal moves of a work item; every other is refused. */
export const WORK_ITEM_MOVES: Record<WorkItemState, readonly WorkItemState[]> = {
  draft: ['queued', 'cancelled'],
  awaiting_approval: ['queued', 'cancelled'],
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['queued', 'in_review', 'completed', 'paused', 'stuck', 'failed', 'cancelled'],
  in_review: ['merged', 'closed', 'queued'],
  paused: ['queued', 'cancelled', 'in_review'],
  stuck: ['queued', 'cancelled', 'in_review'],
  failed: ['queued', 'cancelled', 'in_review'],
  cancelled: ['queued', 'in_review', 'paused', 'stuck', 'failed'], // the last three: undone
  closed: ['queued'],
  completed: [],
  merged: [],
};

/** Legal moves of a run. */
export const RUN_MOVES: Record<RunState, readonly RunState[]> = {
  starting: ['running', 'ended'],
  running: ['verifying', 'publishing', 'ended'],
  verifying: ['running', 'publishing', 'ended'],
  publishing: ['ended'],
  ended: [],
};

/** A worker lives in these: they count against MAX_WORKERS, and a person may kill it. One that publishes has no worker any more. */
export const ALIVE_RUN_STATES = ['starting', 'running', 'verifying'] as const satisfies readonly RunState[];

/** The one word on what is alive: shown as such, counted, and nothing else may be killed. */
export function isAlive(state: string): boolean {
  return (ALIVE_RUN_STATES as readonly string[]).includes(state);
}

export const CANCELLABLE_STATES = ['draft', 'awaiting_approval', 'queued', 'running', 'paused', 'stuck', 'failed'] as const satisfies readonly WorkItemState[];
export const RETRYABLE_STATES = ['paused', 'stuck', 'failed', 'cancelled', 'closed'] as const satisfies readonly WorkItemState[];
/** Something will, or may, still work on it: priority, budgets and messages have a meaning. */
export const CHANGEABLE_STATES = ['draft', 'awaiting_approval', 'queued', 'running', 'paused', 'stuck', 'failed'] as const satisfies readonly WorkItemState[];
/** Nothing goes on before a person has looked. */
export const NEEDS_PERSON_STATES = ['stuck', 'failed', 'awaiting_approval'] as const satisfies readonly WorkItemState[];
/** A person may ask for a draft PR of what such an item has. */
export const DRAFTABLE_STATES = ['paused', 'stuck', 'failed', 'cancelled'] as const satisfies readonly WorkItemState[];
/** A blocker that reached one of these no longer blocks. */
export const UNBLOCKING_STATES = ['merged', 'completed'] as const satisfies readonly WorkItemState[];

/** Why a run ended. */
export const END_REASONS = [
  'verified',
  'unverified',
  'stuck',
  'budget',
  'failed',
  'worker_exited',
  'out_of_memory',
  'heartbeat_lost',
  'engine_error',
  'start_failed',
  'yielded',
  'cancelled',
  'killed',
  'publish_failed',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Attempts that end by a fault before the item is `failed`. */
export const MAX_ATTEMPTS = 3;

export function canMove(from: WorkItemState, to: WorkItemState): boolean {
  return WORK_ITEM_MOVES[from].includes(to);
}

/** States that an item can come to be in: it begins as queued. */
export function occurringStates(): WorkItemState[] {
  const found = new Set<WorkItemState>(['queued']);
  for (const state of found) for (const next of WORK_ITEM_MOVES[state]) found.add(next);
  return [...found];
}

export function canRunMove(from: RunState, to: RunState): boolean {
  return RUN_MOVES[from].includes(to);
}

/** What an item becomes after a fault, and when it may be tried again: 30 s, then 60 s; the third fault is the last. */
export function decideAfterFault(attemptsBefore: number, now: Date): { to: 'queued'; attempts: number; notBefore: Date } | { to: 'failed'; attempts: number } {
  const attempts = attemptsBefore + 1;
  if (attempts >= MAX_ATTEMPTS) return { to: 'failed', attempts };
  return { to: 'queued', attempts, notBefore: new Date(now.getTime() + 30_000 * 2 ** (attempts - 1)) };
}
