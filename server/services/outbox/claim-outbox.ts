import { z } from 'zod';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { pullRequestPayloadSchema, pushPayloadSchema } from './enqueue-outbox.ts';

const rowSchema = z
  .object({ id: z.string(), attempts: z.number().int() })
  .and(
    z.union([
      z.object({ workItemId: z.string(), runId: z.string().nullable(), proposalId: z.null() }),
      z.object({ workItemId: z.null(), runId: z.null(), proposalId: z.string() }),
    ]),
  )
  .and(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('push'), payload: pushPayloadSchema }),
      z.object({ kind: z.literal('pull_request'), payload: pullRequestPayloadSchema }),
    ]),
  );
/** Longer than a push or a call of GitHub may take, so that no second holder starts meanwhile. */
const LEASE_SECONDS = { push: 15 * 60, pull_request: 3 * 60 };

/** A claimed row; `attempts` counts this try. */
export type OutboxRow = z.infer<typeof rowSchema>;
/** One that a work item wants, and one that a proposal of learnings wants. */
export type WorkOutboxRow = OutboxRow & { proposalId: null };
export type ProposalOutboxRow = OutboxRow & { workItemId: null };

/**
 * Takes the lease of the next row that is due, by the database's clock; null where none is.
 * Rows of one item or proposal go in order. A holder that died is followed by the next after the lease; the work is idempotent.
 * @param input.kinds kinds that this supervisor can do: without a GitHub token no pull requests
 */
export async function claimOutbox(ctx: Ctx, input: { supervisorId: string; kinds: readonly ('push' | 'pull_request')[] }): Promise<OutboxRow | null> {
  authoriseSupervisor(ctx);
  const rows: unknown[] = await ctx.db.$queryRaw`
    UPDATE outbox SET locked_by = ${input.supervisorId}, attempts = attempts + 1,
      locked_until = now() + make_interval(secs => CASE kind WHEN 'push' THEN ${LEASE_SECONDS.push}::int ELSE ${LEASE_SECONDS.pull_request}::int END)
    WHERE id = (
      SELECT o.id FROM outbox o
      WHERE o.state = 'pending' AND o.next_at <= now() AND (o.locked_until IS NULL OR o.locked_until < now())
        AND (o.owner IS NULL OR o.owner = ${input.supervisorId})
        AND o.kind = ANY(${[...input.kinds]})
        AND NOT EXISTS (
          SELECT 1 FROM outbox earlier
          WHERE (earlier.work_item_id = o.work_item_id OR earlier.proposal_id = o.proposal_id) AND earlier.state = 'pending' AND earlier.id <> o.id
            AND (CASE WHEN earlier.kind = o.kind THEN (earlier.created_at, earlier.id) < (o.created_at, o.id) ELSE earlier.kind = 'push' END))
      ORDER BY o.next_at, o.created_at
      LIMIT 1
      FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, work_item_id AS "workItemId", run_id AS "runId", proposal_id AS "proposalId", payload, attempts`;
  return rows[0] === undefined ? null : rowSchema.parse(rows[0]);
}
