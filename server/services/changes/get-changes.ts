import { type Changes, changesAnswerSchema } from '../../contracts/changes.ts';
import { AppError } from '../../domain/app-error.ts';
import { authoriseView } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { askAndWait } from '../settings/requests/ask-and-wait.ts';
import { SUPERVISOR_ALIVE_MS } from '../status/get-status.ts';

/** A person looks at a moving sign meanwhile. */
const WAIT_MS = 20_000;

/**
 * What a work item changed since its branch was cut, or what one of its runs did since it began, up to the newest accepted commit.
 * @returns null before there is a commit
 * @throws AppError not_found; unavailable where the supervisor that holds the commits does not answer
 */
export async function getChanges(ctx: Ctx, { id, runId }: { id: string; runId?: string | undefined }): Promise<Changes | null> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id }, include: { runs: { orderBy: { createdAt: 'desc' } } } });
  const run =
    runId === undefined
      ? item?.runs.find((each) => each.startCommit !== null && each.headCommit === item.headCommit)
      : item?.runs.find((each) => each.id === runId);
  if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
  if (runId !== undefined && !run) throw new AppError('not_found', `This work item has no run ${runId.slice(0, 64)}.`);
  const { from, to } = runId === undefined ? { from: item.baseCommit, to: item.headCommit } : { from: run?.startCommit, to: run?.headCommit };
  if (!run || !from || !to) return null;
  if (from === to) return { from, to, files: [], unlisted: 0, additions: 0, deletions: 0 };
  const now = ctx.now();
  const owner = await ctx.db.supervisor.findUnique({ where: { id: run.owner }, select: { id: true, host: true, beatAt: true } });
  const where = owner ? `the supervisor on ${owner.host}` : 'a supervisor that is gone';
  if (!owner || now.getTime() - owner.beatAt.getTime() > SUPERVISOR_ALIVE_MS)
    throw new AppError('unavailable', `The commits are with ${where}, which does not answer now.`);
  const ask = { kind: 'read_changes' as const, cloneUrl: item.cloneUrl, from, to, supervisorId: owner.id };
  const answered = await askAndWait(ctx.db, ask, { askedBy: actorName(ctx.actor), now, waitMs: WAIT_MS });
  if (answered.state === 'failed') throw new AppError('unavailable', answered.error);
  if (answered.state === 'silent') throw new AppError('unavailable', `The commits are with ${where}, which did not answer in time.`);
  return { ...changesAnswerSchema.parse(answered.answer), from, to };
}
