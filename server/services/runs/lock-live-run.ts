import type { Tx } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { authoriseRun } from '../authorise.ts';

type Item = NonNullable<Awaited<ReturnType<Tx['workItem']['findUnique']>>>;
type Run = NonNullable<Awaited<ReturnType<Tx['run']['findUnique']>>>;

export const ENDED_MESSAGE = 'This run has ended.';
export const FENCED_MESSAGE = 'Another run has taken this work item over.';

/** What a fence tells of the run it holds. */
export interface FencedRun {
  id: string;
  workItemId: string;
  repo: string;
  /** Newest commit of the work that the gate accepted; the one it was cut from where there is none. */
  headCommit: string | null;
  lastWorkerSeq: number;
}

interface FenceRow extends FencedRun {
  state: string;
  epoch: number;
  itemEpoch: number;
}

/**
 * The fence of every write on behalf of a run: holds the item's row, then the run's, until the transaction ends. One statement: a
 * busy worker comes by fifty times a second.
 * @throws AppError unauthorized where the run has ended, conflict where the item's epoch was raised
 */
export async function fenceRun(ctx: Ctx, tx: Tx): Promise<FencedRun> {
  const { runId, epoch } = authoriseRun(ctx);
  const rows = await tx.$queryRaw<FenceRow[]>`
    WITH item AS MATERIALIZED (
      SELECT w.id, w.repo, w.epoch, COALESCE(w.head_commit, w.base_commit) AS head FROM work_item w WHERE w.id = (SELECT work_item_id FROM run WHERE id = ${runId}) FOR UPDATE
    )
    SELECT r.id, r.work_item_id AS "workItemId", item.repo, item.head AS "headCommit", r.last_worker_seq AS "lastWorkerSeq", r.state, r.epoch, item.epoch AS "itemEpoch"
    FROM item JOIN run r ON r.work_item_id = item.id WHERE r.id = ${runId} FOR UPDATE OF r`;
  const [row] = rows;
  if (!row || row.state === 'ended') throw new AppError('unauthorized', ENDED_MESSAGE);
  if (row.epoch !== epoch || row.itemEpoch !== epoch) throw new AppError('conflict', FENCED_MESSAGE);
  const { state: _state, epoch: _epoch, itemEpoch: _itemEpoch, ...run } = row;
  return run;
}

/** As fenceRun, with both rows whole. */
export async function lockLiveRun(ctx: Ctx, tx: Tx): Promise<{ item: Item; run: Run }> {
  const { id } = await fenceRun(ctx, tx);
  const { workItem, ...run } = await tx.run.findUniqueOrThrow({ where: { id }, include: { workItem: true } });
  return { item: workItem, run };
}
