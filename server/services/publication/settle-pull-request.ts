import { authoriseSupervisor } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { unblockDependents } from '../work/queue-work-item.ts';

/**
 * The item's pull request was merged or closed on GitHub: the item ends, and what waited for it is looked at again.
 * @returns false where the item was moved by someone else already
 */
export async function settlePullRequest(ctx: Ctx, input: { workItemId: string; number: number; outcome: 'merged' | 'closed' }): Promise<boolean> {
  authoriseSupervisor(ctx);
  return ctx.db.$transaction(async (tx) => {
    const why = `pull request #${input.number} was ${input.outcome}`;
    const now = ctx.now();
    const move = { from: ['in_review'] as const, to: input.outcome, actor: actorName(ctx.actor), why, now, set: { endedAt: now } };
    if (!(await moveWorkItem(tx, { id: input.workItemId, ...move }))) return false;
    await unblockDependents(tx, ctx.queue, { id: input.workItemId, now });
    return true;
  });
}
