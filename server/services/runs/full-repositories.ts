import type { Prisma, Tx } from '../../db/client.ts';
import { ALIVE_RUN_STATES } from '../../domain/states.ts';

/** End of the reason that is written on what waits for a repository's own cap. */
const MARK = '(its repository’s settings)';

/** Repositories with as many live workers as their settings allow; the reason is written on what waits for them. */
export async function explainFullRepositories(tx: Tx, now: Date): Promise<string[]> {
  const capped = await tx.$queryRaw<{ name: string; cap: number; alive: number }[]>`
    SELECT * FROM (
      SELECT r.name, r.max_workers AS cap, (
        SELECT count(*)::int FROM run JOIN work_item w ON w.id = run.work_item_id WHERE w.repo = r.name AND run.state = ANY(${[...ALIVE_RUN_STATES]})
      ) AS alive
      FROM repository r WHERE r.max_workers IS NOT NULL
    ) counted WHERE alive >= cap`;
  for (const { name, cap, alive } of capped) {
    const waitingReason = cap === 0 ? `no worker may start ${MARK}` : `${alive} of ${cap} workers are busy ${MARK}`;
    const where = {
      ...{ repo: name, state: 'queued', jobId: { not: null } },
      AND: [{ OR: [{ waitingReason: null }, { waitingReason: { not: waitingReason } }] }, { OR: [{ notBefore: null }, { notBefore: { lte: now } }] }],
    } satisfies Prisma.WorkItemWhereInput;
    await tx.workItem.updateMany({ where, data: { waitingReason, waitingUntil: null, updatedAt: now } });
  }
  return capped.map(({ name }) => name);
}

/** The cap changed: what waited for it waits for it no more, or is told so anew. */
export async function forgetFullRepository(tx: Tx, name: string): Promise<void> {
  await tx.workItem.updateMany({ where: { repo: name, state: 'queued', waitingReason: { endsWith: MARK } }, data: { waitingReason: null } });
}
