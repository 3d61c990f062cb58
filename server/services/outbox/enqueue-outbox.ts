import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);

/** Forward `commit` of the mirror to `branch` of the real remote. */
export const pushPayloadSchema = z.object({ branch: z.string().min(1), commit });
/**
 * Open or update the one pull request of the item's branch. `heading`: why a person sees a draft (stuck, failed, paused);
 * absent where the work was claimed done.
 */
export const pullRequestPayloadSchema = z.object({ draft: z.boolean(), heading: z.string().max(500).optional() });

/** Who wants it: a work item, mostly by a run of it, or a proposal of learnings. */
type OutboxWisher = { workItemId: string; runId: string | null; proposalId?: undefined } | { proposalId: string; workItemId?: undefined; runId?: undefined };

/** One side effect outside Postgres. */
export type OutboxRequest = OutboxWisher & {
  /** Only this supervisor may do it: the mirror is in its DATA_DIR; null: any. */
  owner: string | null;
  /** The same key again is no second row: `push:<run>:<commit>`, `pull_request:<run>`, `push:proposal:<id>`. */
  dedupeKey: string;
} & ({ kind: 'push'; payload: z.infer<typeof pushPayloadSchema> } | { kind: 'pull_request'; payload: z.infer<typeof pullRequestPayloadSchema> });

/**
 * Writes the side effect down in the transaction of the state change that wants it.
 * Rows of one item or proposal are done in the order they were written; a pull request waits for its pushes.
 * @returns false where the dedupeKey is there already: nothing was written
 */
export async function enqueueOutbox(tx: Tx, request: OutboxRequest): Promise<boolean> {
  const payload = request.kind === 'push' ? pushPayloadSchema.parse(request.payload) : pullRequestPayloadSchema.parse(request.payload);
  const { count } = await tx.outbox.createMany({
    data: [
      {
        id: newId(),
        kind: request.kind,
        workItemId: request.workItemId ?? null,
        runId: request.runId ?? null,
        proposalId: request.proposalId ?? null,
        owner: request.owner,
        dedupeKey: request.dedupeKey,
        payload,
      },
    ],
    skipDuplicates: true,
  });
  return count > 0;
}
