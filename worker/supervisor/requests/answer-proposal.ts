import type { z } from 'zod';
import type { proposalAnswerSchema, SupervisorAsk } from '../../../server/contracts/supervisor-requests.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { rewriteSection } from '../../../server/domain/learnings/learnings-section.ts';
import { findProposal, readApproved, recordProposal } from '../../../server/services/learnings/record-proposal.ts';
import { commitText, textAt } from '../mirror-tree.ts';
import { bringBase, type RepositoryDeps } from './bring-base.ts';

type Ask = Omit<Extract<SupervisorAsk, { kind: 'propose_learnings' }>, 'kind'>;

/**
 * Writes the approved learnings of a repository into the file, as one commit upon the newest base on a branch of its own; the outbox
 * pushes it and opens its pull request. What was proposed already is proposed no second time, though it be asked again or by two.
 */
export async function answerProposal(deps: RepositoryDeps, { repo: name, file, by }: Ask): Promise<z.infer<typeof proposalAnswerSchema>> {
  const { ctx } = deps;
  const { repository, base, at } = await bringBase(deps, name);
  const { repo } = repository;
  const approved = await readApproved(ctx, { repo });
  if (approved.length === 0) return { sentence: `Nothing new: no learning of ${repo} is approved.`, proposalId: null };

  const before = await textAt(at, file);
  const after = rewriteSection(before?.text ?? null, approved);
  if (after.kind === 'refused') throw new AppError('conflict', `${file} is left as it is: ${after.because}.`);
  if (after.kind === 'unchanged') return { sentence: `Nothing new: ${file} says it all already.`, proposalId: null };

  const content = { repo, file, before: before?.text ?? null, after: after.text };
  const found = await findProposal(ctx, content);
  if (found.same !== null) return nothingNew(found.same);
  const message = `docs: the factory's learnings in ${file}\n\nWhat is approved of this repository, as ${by} asked for it.\n`;
  const write = { name: file, mode: before?.mode ?? '100644', text: after.text, message, ref: `refs/factory/proposals/${found.branch}` };
  const commit = await commitText(at, write);
  const made = await recordProposal(ctx, {
    ...content,
    ...repository,
    branch: found.branch,
    baseBranch: base.branch,
    commit,
    learnings: after.count,
    askedBy: by,
  });
  return made.fresh ? { sentence: `Committed to branch ${found.branch}.`, proposalId: made.id } : nothingNew(made.id);
}

function nothingNew(proposalId: string) {
  return { sentence: 'Nothing new: this is proposed already.', proposalId };
}
