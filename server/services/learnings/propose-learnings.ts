import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { credentialsInForceSchema } from '../../contracts/connections.ts';
import { type LearningProposalView, repositoryFileSchema } from '../../contracts/learnings.ts';
import { proposalAnswerSchema, type RequestView } from '../../contracts/supervisor-requests.ts';
import { AppError } from '../../domain/app-error.ts';
import { parseRepository } from '../../domain/settings/repository.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor, listLiveSupervisors } from '../settings/requests/ask-supervisor.ts';
import { toRequestView } from '../settings/requests/request-view.ts';

/**
 * A person wants the approved learnings of a repository proposed to it, in its AGENTS.md or CLAUDE.md: a supervisor is asked to.
 * @returns the request's id, for getProposedLearnings
 * @throws AppError bad_request with field `repo`, unavailable where no supervisor can do it
 */
export async function proposeLearnings(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { repo: given, file } = parseInput(repositoryFileSchema, input);
  const { repo, repoKind } = parseRepository(given, ctx.config);
  const live = await listLiveSupervisors(ctx);
  if (live.length === 0) throw new AppError('unavailable', 'No supervisor lives that could do it: start one with npm start.');
  const able = repoKind === 'git' ? live[0] : live.find(({ credentials }) => credentialsInForceSchema.safeParse(credentials).data?.github);
  if (!able) throw new AppError('unavailable', 'The factory has no GitHub token to open a pull request with: set one in Settings → Connections.');
  const ask = { kind: 'propose_learnings', repo, file, by: actorName(ctx.actor), supervisorId: able.id } as const;
  return askSupervisor(ctx, ask, { action: 'learning.propose', to: repo, why: `in ${file}` });
}

/** What became of it so far: the answer, and how far its proposal has come out. */
export async function getProposedLearnings(ctx: Ctx, input: unknown): Promise<RequestView<LearningProposalView>> {
  authoriseSteer(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const row = await ctx.db.supervisorRequest.findFirst({ where: { id, kind: 'propose_learnings' } });
  if (!row) throw new AppError('not_found', `There is no request ${id}.`);
  const view = toRequestView(row, proposalAnswerSchema, ctx.now());
  if (view.answer === null) return { ...view, answer: null };
  const { sentence, proposalId } = view.answer;
  const found = proposalId === null ? null : await ctx.db.learningProposal.findUnique({ where: { id: proposalId } });
  if (!found) return { ...view, answer: { sentence, proposal: null } };
  const { file, branch, state, repoKind, prUrl, prNumber, lastError: error } = found;
  const settled = !['pushing', 'pushed'].includes(state) || (repoKind === 'git' && state === 'pushed');
  const outcome = state === 'merged' || state === 'closed' ? state : null;
  return { ...view, answer: { sentence, proposal: { file, branch, settled, prUrl, prNumber, outcome, error } } };
}
