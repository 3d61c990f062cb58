import { type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { AppError } from '../../domain/app-error.ts';
import { whyNoDraft } from '../../domain/work/item-acts.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { enqueueOutbox } from '../outbox/enqueue-outbox.ts';
import { getWorkItem } from './read/get-work-item.ts';

/**
 * A person wants to see what a stopped item has: its branch is pushed and a draft pull request opened, headed with why.
 * Asking twice opens one.
 * @throws AppError not_found; conflict where there is nothing to show
 */
export async function requestDraftPullRequest(ctx: Ctx, { id }: { id: string }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const actor = actorName(ctx.actor);
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id }, include: { runs: { orderBy: { createdAt: 'desc' }, take: 1 } } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const state = workItemStateSchema.parse(item.state);
    const run = item.runs[0];
    const refusal = whyNoDraft({ ...item, state }, run !== undefined);
    if (refusal !== null || !run || !item.branch || !item.headCommit) throw new AppError('conflict', refusal ?? 'No draft can be opened.', { state });
    const row = { workItemId: id, runId: null };
    // What was given up before (cancelled, refused by GitHub) is asked for anew: its key alone would make it nothing.
    await tx.outbox.deleteMany({ where: { workItemId: id, runId: null, state: 'failed' } });
    if (item.headCommit !== item.remoteCommit) {
      const payload = { branch: item.branch, commit: item.headCommit };
      await enqueueOutbox(tx, { ...row, kind: 'push', owner: run.owner, dedupeKey: `push:draft:${id}:${item.headCommit}`, payload });
    }
    const heading = `${state}: ${item.stateReason ?? item.lastError ?? 'asked for by a person'}`.slice(0, 500);
    const dedupeKey = `pull_request:draft:${id}:${item.headCommit}:${item.epoch}`;
    await enqueueOutbox(tx, { ...row, kind: 'pull_request', owner: null, dedupeKey, payload: { draft: true, heading } });
    await recordAudit(tx, ctx, { action: 'draft', workItemId: id, why: `${actor} asked for a draft pull request` });
  });
  return getWorkItem(ctx, { id });
}
