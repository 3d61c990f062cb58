import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { credentialsInForceSchema } from '../../contracts/connections.ts';
import { repositoryFileSchema } from '../../contracts/learnings.ts';
import { learningsFileAnswerSchema, type RequestView } from '../../contracts/supervisor-requests.ts';
import { AppError } from '../../domain/app-error.ts';
import { parseRepository } from '../../domain/settings/repository.ts';
import { authoriseSteer } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor, listLiveSupervisors } from '../settings/requests/ask-supervisor.ts';
import { toRequestView } from '../settings/requests/request-view.ts';

/**
 * Asks a supervisor which learnings a repository's AGENTS.md or CLAUDE.md lists, so that a person can import them.
 * @returns the request's id, for getAskedLearningsFile
 * @throws AppError bad_request with field `repo`, unavailable where no supervisor lives
 */
export async function askLearningsFile(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { repo: given, file } = parseInput(repositoryFileSchema, input);
  const { repo } = parseRepository(given, ctx.config);
  const live = await listLiveSupervisors(ctx);
  const reader = live.find(({ credentials }) => credentialsInForceSchema.safeParse(credentials).data?.github) ?? live[0];
  if (!reader) throw new AppError('unavailable', 'No supervisor lives that could read it: start one with npm start.');
  return askSupervisor(ctx, { kind: 'read_learnings_file', repo, file, supervisorId: reader.id });
}

/** The list that askLearningsFile asked for, as importLearnings takes it. */
export async function getAskedLearningsFile(ctx: Ctx, input: unknown): Promise<RequestView<z.infer<typeof learningsFileAnswerSchema>>> {
  authoriseSteer(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const row = await ctx.db.supervisorRequest.findFirst({ where: { id, kind: 'read_learnings_file' } });
  if (!row) throw new AppError('not_found', `There is no request ${id}.`);
  return toRequestView(row, learningsFileAnswerSchema, ctx.now());
}
