import { createHash } from 'node:crypto';
import type { LearningsFile } from '../../contracts/learnings.ts';
import type { Db, Tx } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { lockLearnings } from '../../db/locks.ts';
import type { ListedLearning } from '../../domain/learnings/learnings-markdown.ts';
import type { Repository } from '../../domain/settings/repository.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { enqueueOutbox } from '../outbox/enqueue-outbox.ts';

/** A file that every agent reads holds no more; pinned ones come first, then those noted most often. */
const PROPOSED_MAX = 300;

/** The approved learnings of a repository in a lasting order, by kind. */
export async function readApproved(ctx: Ctx, { repo }: { repo: string }): Promise<ListedLearning[]> {
  authoriseSupervisor(ctx);
  return ctx.db.$queryRaw<ListedLearning[]>`
    SELECT kind, text FROM (
      SELECT * FROM learning WHERE repo = ${repo} AND state = 'approved' AND merged_into IS NULL
      ORDER BY pinned DESC, seen DESC, created_at, id LIMIT ${PROPOSED_MAX}
    ) best ORDER BY kind DESC, created_at, id`;
}

interface Content {
  repo: string;
  file: LearningsFile;
  /** What the file says on the base; null where it is not there. */
  before: string | null;
  after: string;
}

/** The proposal that says the same already, by its id; else the branch for a new one. */
export async function findProposal(ctx: Ctx, content: Content): Promise<{ same: string } | { same: null; branch: string }> {
  authoriseSupervisor(ctx);
  return find(ctx.db, content);
}

/** The newest counts: what went back to an earlier text is proposed anew, and so is what could not be brought out, was closed, or was merged and taken back. */
async function find(db: Db | Tx, content: Content) {
  const { repo, file } = content;
  const contentHash = hash(content);
  const newest = await db.learningProposal.findFirst({ where: { repo, file }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  if (newest?.contentHash === contentHash && !['failed', 'closed', 'merged'].includes(newest.state)) return { same: newest.id };
  const times = await db.learningProposal.count({ where: { repo, contentHash } });
  const branch = `ai-factory/learnings-${contentHash.slice(0, 12)}${times > 0 ? `-${times + 1}` : ''}`;
  return { same: null, branch };
}

/**
 * Stores a proposal whose commit is in this supervisor's mirror, with the side effects that bring it out: the push, and on GitHub the
 * pull request.
 * @returns fresh false: another one that says the same was first, and nothing was written
 */
export async function recordProposal(
  ctx: Ctx,
  { before, after, ...proposal }: Content & Repository & { branch: string; baseBranch: string; commit: string; learnings: number; askedBy: string },
): Promise<{ id: string; fresh: boolean }> {
  const owner = authoriseSupervisor(ctx);
  const { repo, file, branch, commit, repoKind } = proposal;
  return ctx.db.$transaction(async (tx) => {
    await lockLearnings(tx, repo);
    const content = { repo, file, before, after };
    const { same } = await find(tx, content);
    if (same !== null) return { id: same, fresh: false };
    const id = newId();
    const now = ctx.now();
    await tx.learningProposal.create({ data: { ...proposal, id, contentHash: hash(content), createdAt: now, changedAt: now } });
    await enqueueOutbox(tx, { proposalId: id, owner, kind: 'push', dedupeKey: `push:proposal:${id}`, payload: { branch, commit } });
    if (repoKind === 'github') {
      await enqueueOutbox(tx, { proposalId: id, owner: null, kind: 'pull_request', dedupeKey: `pull_request:proposal:${id}`, payload: { draft: false } });
    }
    return { id, fresh: true };
  });
}

function hash({ file, before, after }: Content): string {
  return createHash('sha256')
    .update(JSON.stringify([file, before, after]))
    .digest('hex');
}
