/** Iterations without a new commit, changed diff or newly checked box, after which a run is stuck. */
export const NO_PROGRESS_MAX = 3;
/** The same error so often in a row, without progress, and a run is stuck. */
export const SAME_ERROR_MAX = 5;
/** The factory's tools were down so often in a row, and a run makes room: another one may find them up. */
export const TOOLS_DOWN_MAX = 5;

/** What counts across iterations. */
export interface StopState {
  noProgress: number;
  error: { text: string; count: number } | null;
  toolsDown: number;
}

export const STOP_START: StopState = { noProgress: 0, error: null, toolsDown: 0 };

/** What one iteration came to. */
export interface IterationFacts {
  openTasks: number;
  /** New commit, changed diff or newly checked box. */
  progress: boolean;
  /** Class of the agent's error. */
  error: string | null;
  /** The agent's usage limit was reached. */
  limit: { resetsAt: Date | null } | null;
  /** Text of .ai/stuck.md. */
  stuck: string | null;
  /** The gateway did not answer for a part of it: it counts for no stuck rule. */
  gatewayDown: boolean;
  /** The agent was ended before it began, since the factory's tools did not answer: that is counted by itself alone. */
  toolsDown: boolean;
  /** Edits are kept back, since another run holds the files. */
  withheld: number;
  /** The gate refused the last push: what is here is not what the factory has. */
  pushRefused: boolean;
}

export type Decision =
  | { kind: 'go_on' }
  /** Every box is checked and everything is pushed: check, then claim. */
  | { kind: 'claim' }
  /** Every box is checked, but files are held by another run: wait for them. */
  | { kind: 'wait_for_leases' }
  | { kind: 'stuck'; reason: string; message: string }
  | { kind: 'yield'; message: string; notBefore: Date };

/** After a limit without a time, and for one that lies in the past: try again this much later. */
export const LIMIT_DEFAULT_MS = 15 * 60_000;
/** After the factory's tools were down: try again this much later. */
const TOOLS_RETRY_MS = 5 * 60_000;

/** The stop rule: what to do after an iteration. Pure. */
export function decideNext(state: StopState, facts: IterationFacts, now: Date): { state: StopState; decision: Decision } {
  const next = facts.gatewayDown && !facts.progress ? state : count(state, facts);
  return { state: next, decision: decide(next, facts, now) };
}

function count(state: StopState, facts: IterationFacts): StopState {
  if (facts.progress) return STOP_START;
  if (facts.toolsDown) return { ...state, toolsDown: state.toolsDown + 1 };
  if (facts.error === null) return { noProgress: state.noProgress + 1, error: null, toolsDown: 0 };
  const same = state.error?.text === facts.error ? state.error.count : 0;
  return { noProgress: state.noProgress, error: { text: facts.error, count: same + 1 }, toolsDown: 0 };
}

function decide(state: StopState, facts: IterationFacts, now: Date): Decision {
  if (facts.stuck !== null) return { kind: 'stuck', reason: 'agent', message: facts.stuck };
  if (facts.limit !== null) {
    const soonest = new Date(now.getTime() + LIMIT_DEFAULT_MS);
    const resetsAt = facts.limit.resetsAt;
    return { kind: 'yield', message: 'the usage limit of the model is reached', notBefore: resetsAt !== null && resetsAt > now ? resetsAt : soonest };
  }
  if (facts.openTasks === 0 && !facts.pushRefused) return facts.withheld > 0 ? { kind: 'wait_for_leases' } : { kind: 'claim' };
  if (state.toolsDown >= TOOLS_DOWN_MAX) {
    const message = `the factory’s tools did not answer ${TOOLS_DOWN_MAX} times in a row`;
    return { kind: 'yield', message, notBefore: new Date(now.getTime() + TOOLS_RETRY_MS) };
  }
  if (state.error !== null && state.error.count >= SAME_ERROR_MAX) {
    return { kind: 'stuck', reason: 'same_error', message: `the same error ${SAME_ERROR_MAX} times: ${state.error.text}` };
  }
  if (state.noProgress >= NO_PROGRESS_MAX) {
    return { kind: 'stuck', reason: 'no_progress', message: `no progress in ${NO_PROGRESS_MAX} iterations: no new commit, no changed file, no checked box` };
  }
  return { kind: 'go_on' };
}
