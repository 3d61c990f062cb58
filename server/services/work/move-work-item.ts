import type { WorkItemState } from '../../contracts/rest.ts';
import type { Prisma, Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { canMove } from '../../domain/work/states.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { explainDependents } from './blockers.ts';

export interface Move {
  id: string;
  /** States that it may come from; the first legal one that matches moves. */
  from: readonly WorkItemState[];
  to: WorkItemState;
  /** Who, as shown in the audit log. */
  actor: string;
  why: string;
  /** Address that a person's act came from (ctx.fromWhere). */
  fromWhere?: string | undefined;
  now: Date;
  runId?: string | null;
  /** What changes with the state. */
  set?: Prisma.WorkItemUpdateManyMutationInput;
}

/**
 * Moves a work item: one conditional UPDATE, an audit row and a line of its log, in the caller's transaction.
 * @returns false where the item was in none of the states any more: nothing was written
 * @throws Error where the table of legal moves has no such move
 */
export async function moveWorkItem(tx: Tx, move: Move): Promise<boolean> {
  const illegal = move.from.find((from) => !canMove(from, move.to));
  if (illegal) throw new Error(`no move from ${illegal} to ${move.to}`);
  const rows = await tx.$queryRaw<{ state: WorkItemState }[]>`SELECT state FROM work_item WHERE id = ${move.id} FOR UPDATE`;
  const from = rows[0]?.state;
  if (from === undefined || !move.from.includes(from)) return false;
  const { count } = await tx.workItem.updateMany({
    where: { id: move.id, state: from },
    data: { waitingReason: null, waitingUntil: null, pauseRequestedBy: null, ...move.set, state: move.to },
  });
  if (count === 0) return false;
  await tx.audit.create({
    data: {
      ...{ at: move.now, actor: move.actor, action: 'state', workItemId: move.id, runId: move.runId ?? null },
      ...{ from, to: move.to, why: move.why, fromWhere: move.fromWhere ?? null },
    },
  });
  const event = factoryEvent('state.changed', `${from} → ${move.to}: ${move.why}`, move.now, { from, to: move.to, by: move.actor });
  await appendEvents(tx, { workItemId: move.id, runId: move.runId ?? null, events: [event] });
  await explainDependents(tx, { id: move.id });
  await notify(tx, { kind: 'moved', items: [move.id] });
  return true;
}
