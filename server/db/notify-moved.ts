import type { Db } from './client.ts';
import { NotifyBatcher } from './notify.ts';

const batchers = new WeakMap<Db, NotifyBatcher>();

/** The log of a work item has new lines, committed already: told at most once per 20 ms and process. A lost hint costs a poll's wait. */
export function notifyMoved(db: Db, workItemId: string): void {
  let batcher = batchers.get(db);
  if (!batcher) {
    batcher = new NotifyBatcher(db, () => undefined); // only a hint: readers poll besides
    batchers.set(db, batcher);
  }
  batcher.moved(workItemId);
}
