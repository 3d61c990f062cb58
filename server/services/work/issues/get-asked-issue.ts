import { z } from 'zod';
import { idSchema } from '../../../contracts/ids.ts';
import { issueAnswerSchema, type RequestView } from '../../../contracts/supervisor-requests.ts';
import { AppError } from '../../../domain/app-error.ts';
import { issueToSpec } from '../../../domain/specs/issue-spec.ts';
import { authoriseSteer } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { toRequestView } from '../../settings/requests/request-view.ts';
import { issueSourceId } from './import-issue.ts';

/** An issue as a person gets it to edit and submit. */
export interface AskedIssue {
  repo: string;
  title: string;
  spec: string;
  /** With `source` github they make it one item, the same that its label would make. */
  sourceId: string;
  sourceUrl: string;
  /** Id of the work item that was made of it already. */
  existing: string | null;
}

/** The issue that askIssue asked for, as soon as the supervisor has read it. */
export async function getAskedIssue(ctx: Ctx, input: unknown): Promise<RequestView<AskedIssue>> {
  authoriseSteer(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const row = await ctx.db.supervisorRequest.findFirst({ where: { id, kind: 'read_issue' } });
  if (!row) throw new AppError('not_found', `There is no request ${id}.`);
  const view = toRequestView(row, issueAnswerSchema, ctx.now());
  if (view.answer === null) return { ...view, answer: null };
  const { repo, number, url: sourceUrl } = view.answer;
  const sourceId = issueSourceId(repo, number);
  const existing = await ctx.db.workItem.findUnique({ where: { source_sourceId: { source: 'github', sourceId } }, select: { id: true } });
  return { ...view, answer: { repo, ...issueToSpec(view.answer), sourceId, sourceUrl, existing: existing?.id ?? null } };
}
