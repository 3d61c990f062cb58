import { recordAudit } from '../access/record-audit.ts';
import { authoriseSupervisor } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { unblockDependents } from '../work/queue-work-item.ts';
import type { OpenPullRequest } from './list-open-pull-requests.ts';

type Ended = Pick<OpenPullRequest, 'of' | 'number'> & { outcome: 'merged' | 'closed' };

/**
 * A pull request was merged or closed on GitHub: its item ends, and what waited for it is looked at again; or what became of proposed
 * learnings is known.
 * @returns false where someone else has written it already
 */
export async function settlePullRequest(ctx: Ctx, { of, ...ended }: Ended): Promise<boolean> {
  authoriseSupervisor(ctx);
  return 'workItemId' in of ? settleItem(ctx, { ...of, ...ended }) : settleProposal(ctx, { ...of, ...ended });
}

async function settleItem(ctx: Ctx, input: { workItemId: string } & Omit<Ended, 'of'>): Promise<boolean> {
  return ctx.db.$transaction(async (tx) => {
    const why = `pull request #${input.number} was ${input.outcome}`;
    const now = ctx.now();
    const move = { from: ['in_review'] as const, to: input.outcome, actor: actorName(ctx.actor), why, now, set: { endedAt: now } };
    if (!(await moveWorkItem(tx, { id: input.workItemId, ...move }))) return false;
    await unblockDependents(tx, ctx.queue, { id: input.workItemId, now });
    return true;
  });
}

async function settleProposal(ctx: Ctx, { proposalId: id, number, outcome }: { proposalId: string } & Omit<Ended, 'of'>): Promise<boolean> {
  return ctx.db.$transaction(async (tx) => {
    const { count } = await tx.learningProposal.updateMany({ where: { id, state: 'proposed' }, data: { state: outcome, changedAt: ctx.now() } });
    if (count === 0) return false;
    const { repo, file } = await tx.learningProposal.findUniqueOrThrow({ where: { id }, select: { repo: true, file: true } });
    await recordAudit(tx, ctx, { action: `learning.proposal.${outcome}`, to: repo, why: `${file}: pull request #${number} was ${outcome}` });
    return true;
  });
}
