import { z } from 'zod';
import { credentialsInForceSchema } from '../../../contracts/connections.ts';
import { AppError } from '../../../domain/app-error.ts';
import { parseIssueAddress } from '../../../domain/specs/issue-address.ts';
import { authoriseSteer } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { askSupervisor, listLiveSupervisors } from '../../settings/requests/ask-supervisor.ts';

/**
 * Asks a supervisor with a GitHub token what an issue says, so that a person can make a work item of it.
 * @returns the request's id, for getAskedIssue
 * @throws AppError bad_request with field `issue`, unavailable where no supervisor can read it
 */
export async function askIssue(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { issue } = parseInput(z.object({ issue: z.string().max(2_000) }), input);
  const address = parseIssueAddress(issue, ctx.config.githubServerUrl);
  const live = await listLiveSupervisors(ctx);
  if (live.length === 0) throw new AppError('unavailable', 'No supervisor lives that could read it: start one with npm start.');
  const reader = live.find(({ credentials }) => credentialsInForceSchema.safeParse(credentials).data?.github);
  if (!reader) throw new AppError('unavailable', 'The factory has no GitHub token to read it with: set one in Settings → Connections.');
  return askSupervisor(ctx, { kind: 'read_issue', ...address, supervisorId: reader.id });
}
