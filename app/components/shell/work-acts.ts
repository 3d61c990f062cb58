import type { WorkItemState } from '../../../server/contracts/rest.ts';
import { CANCELLABLE_STATES, RETRYABLE_STATES } from '../../../server/domain/work/states.ts';

/** What can be done with a work item from anywhere. */
export type WorkAct = 'pause' | 'resume' | 'retry' | 'cancel';

const has = (states: readonly WorkItemState[], state: WorkItemState) => states.includes(state);

/** The acts that an item's state allows. Pure. */
export function workActs({ state, pausing }: { state: WorkItemState; pausing: boolean }): WorkAct[] {
  const held = state === 'paused' || pausing;
  return [
    ...(held ? (['resume'] as const) : has(['queued', 'running'], state) ? (['pause'] as const) : []),
    ...(has(RETRYABLE_STATES, state) && !held ? (['retry'] as const) : []),
    ...(has(CANCELLABLE_STATES, state) ? (['cancel'] as const) : []),
  ];
}
