import { type z } from 'zod';
import type { lockRequestSchema, LockResponse } from '../../contracts/worker-protocol.ts';
import { Prisma } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { lockRepository } from '../../db/locks.ts';
import { factoryEvent, appendEvents } from '../events/append-events.ts';
import type { Ctx } from '../context.ts';
import { lockLiveRun } from '../runs/lock-live-run.ts';

interface LeaseRow {
  path: string;
  run_id: string;
  title: string;
  expires_at: Date;
}

/**
 * Takes the right to edit these paths for an hour: all of them or none. Times are the database's. Leases that are over are
 * taken over; a refusal is written down for both work items to show.
 */
export async function lockPaths(ctx: Ctx, { paths }: z.output<typeof lockRequestSchema>): Promise<LockResponse> {
  const wanted = [...new Set(paths)];
  return ctx.db.$transaction(async (tx): Promise<LockResponse> => {
    const { item, run } = await lockLiveRun(ctx, tx);
    await lockRepository(tx, item.repo);
    const held = await tx.$queryRaw<LeaseRow[]>`
      SELECT l.path, l.run_id, w.title, l.expires_at FROM lease l JOIN run r ON r.id = l.run_id JOIN work_item w ON w.id = r.work_item_id
      WHERE l.repo = ${item.repo} AND l.path = ANY(${wanted}) AND l.run_id <> ${run.id} AND l.expires_at > now()`;
    if (held.length > 0) {
      await tx.leaseConflict.createMany({
        data: held.map((row) => ({ id: newId(), repo: item.repo, path: row.path, runId: run.id, holderRunId: row.run_id })),
      });
      const text = `refused: ${held
        .map((row) => row.path)
        .slice(0, 10)
        .join(', ')} held by “${held[0]?.title}”`;
      await appendEvents(tx, { workItemId: item.id, runId: run.id, events: [factoryEvent('note', text, ctx.now())] });
      return { granted: false, conflicts: held.map((row) => ({ path: row.path, heldBy: row.title, expiresAt: row.expires_at.toISOString() })) };
    }
    const values = wanted.map((path) => Prisma.sql`(${item.repo}, ${path}, ${run.id}, ${run.epoch}, now() + interval '1 hour')`);
    const rows = await tx.$queryRaw<{ expires_at: Date }[]>`
      INSERT INTO lease (repo, path, run_id, epoch, expires_at) VALUES ${Prisma.join(values)}
      ON CONFLICT (repo, path) DO UPDATE SET run_id = excluded.run_id, epoch = excluded.epoch, expires_at = excluded.expires_at RETURNING expires_at`;
    return { granted: true, expiresAt: (rows[0]?.expires_at ?? ctx.now()).toISOString() };
  });
}
