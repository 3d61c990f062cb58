import type { Tx } from '../../db/client.ts';
import { AppError } from '../../domain/app-error.ts';
import type { ProposalFacts } from '../../domain/learnings/proposal-text.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import type { ProposalOutboxRow } from '../outbox/claim-outbox.ts';
import { closeOutboxRow } from '../outbox/close-outbox-row.ts';

const EARLIER_MAX = 5;

/** What goes out for a proposal, as stored. */
export async function readProposal(
  ctx: Ctx,
  { id }: { id: string },
): Promise<ProposalFacts & { repo: string; cloneUrl: string; branch: string; baseBranch: string; prNumber: number | null }> {
  authoriseSupervisor(ctx);
  const row = await ctx.db.learningProposal.findUnique({ where: { id } });
  if (!row) throw new AppError('not_found', `There is no proposal ${id}.`);
  const { repo, file, createdAt } = row;
  const earlier = await ctx.db.learningProposal.findMany({
    where: { repo, file, createdAt: { lt: createdAt }, prNumber: { not: null } },
    orderBy: { createdAt: 'desc' },
    take: EARLIER_MAX,
    select: { prNumber: true },
  });
  return { ...row, earlier: earlier.flatMap(({ prNumber }) => prNumber ?? []) };
}

interface Done {
  row: ProposalOutboxRow;
  supervisorId: string;
}

/** The branch is on the remote. @returns false where another holder has the row by now; nothing was written */
export async function finishProposalPush(ctx: Ctx, input: Done): Promise<boolean> {
  return settle(ctx, input, (tx, id) => tx.learningProposal.update({ where: { id }, data: { state: 'pushed', lastError: null, changedAt: ctx.now() } }));
}

/** The pull request is there. @returns false where another holder has the row by now; nothing was written */
export async function recordProposalPullRequest(ctx: Ctx, { number, url, ...input }: Done & { number: number; url: string }): Promise<boolean> {
  const done = { state: 'proposed', prNumber: number, prUrl: url, lastError: null, changedAt: ctx.now() };
  return settle(ctx, input, async (tx, id) => {
    const { repo, file, askedBy } = await tx.learningProposal.update({ where: { id }, data: done });
    await recordAudit(tx, ctx, { action: 'learning.proposed', to: repo, why: `${file}: ${url}, asked for by ${askedBy}` });
  });
}

async function settle(ctx: Ctx, { row, supervisorId }: Done, write: (tx: Tx, id: string) => Promise<unknown>): Promise<boolean> {
  authoriseSupervisor(ctx);
  return ctx.db.$transaction(async (tx) => {
    if (!(await closeOutboxRow(tx, { id: row.id, supervisorId, now: ctx.now() }))) return false;
    await write(tx, row.proposalId);
    return true;
  });
}
