import type { Logger } from 'pino';
import { GitHubError, type GitHub, type PullRequest } from '../../../server/adapters/github.ts';
import { pullRequestText } from '../../../server/domain/work/pull-request-text.ts';
import { proposalText } from '../../../server/domain/learnings/proposal-text.ts';
import { finishProposalPush, readProposal, recordProposalPullRequest } from '../../../server/services/learnings/publish-proposal.ts';
import { claimOutbox, type OutboxRow, type ProposalOutboxRow, type WorkOutboxRow } from '../../../server/services/outbox/claim-outbox.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { failOutbox } from '../../../server/services/outbox/fail-outbox.ts';
import { finishPush } from '../../../server/services/publication/finish-push.ts';
import { readPublication } from '../../../server/services/publication/read-publication.ts';
import { recordPullRequest } from '../../../server/services/publication/record-pull-request.ts';
import { releaseOutbox } from '../../../server/services/outbox/release-outbox.ts';
import type { PushOutcome } from '../mirrors.ts';
import { pause } from './pause.ts';

/** Rows worked at once, so that one slow push does not hold up the others. */
const LANES = 3;
const IDLE_MS = 1_000;

export interface OutboxDeps {
  /** Its actor is the supervisor. */
  ctx: Ctx;
  supervisorId: string;
  /** null: no token; rows of pull requests wait for a supervisor that has one. */
  github: GitHub | null;
  /** pushToRemote of mirrors.ts. */
  push: (input: { cloneUrl: string; branch: string; commit: string; expected: string | null }) => Promise<PushOutcome>;
  /** APP_URL: where people see the work item. */
  appUrl: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Does the side effects that are written down, until the signal aborts; a row in work is finished first.
 * Every step may be repeated: a kill between any two leaves one branch and one pull request.
 */
export async function runOutbox(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  let released = false;
  while (!released && !signal.aborted) {
    released = await attempt(deps, signal, async () => {
      await releaseOutbox(deps.ctx, { supervisorId: deps.supervisorId });
      return true;
    });
  }
  await Promise.all(Array.from({ length: LANES }, () => runLane(deps, signal)));
}

async function runLane(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const worked = await attempt(deps, signal, () => workOutboxOnce(deps));
    if (!worked) await pause(IDLE_MS, signal);
  }
}

/** A lost database is no reason to end: said in the log, and tried again after a pause. */
async function attempt(deps: OutboxDeps, signal: AbortSignal, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) deps.log.error({ err: error }, 'outbox: could not work a row');
    return false;
  }
}

/** Claims one row that is due and does it; false where none was due. */
export async function workOutboxOnce(deps: OutboxDeps): Promise<boolean> {
  const { ctx, supervisorId } = deps;
  const row = await claimOutbox(ctx, { supervisorId, kinds: deps.github ? ['push', 'pull_request'] : ['push'] });
  if (!row) return false;
  try {
    await carryOut(deps, row);
  } catch (error) {
    const fault = describeFault(error);
    const outcome = await failOutbox(ctx, { row, supervisorId, ...fault });
    deps.log.warn({ err: error, row: row.id, kind: row.kind, workItemId: row.workItemId, outcome }, 'outbox: a side effect failed');
  }
  return true;
}

async function carryOut(deps: OutboxDeps, row: OutboxRow): Promise<void> {
  await (row.workItemId === null ? carryOutProposal(deps, row) : carryOutWork(deps, row));
}

async function carryOutWork(deps: OutboxDeps, row: WorkOutboxRow): Promise<void> {
  const { ctx, supervisorId } = deps;
  const publication = await readPublication(ctx, { workItemId: row.workItemId, runId: row.runId });
  if (row.kind === 'push') {
    await push(deps, row.payload, { ...publication, remoteCommit: publication.branch === row.payload.branch ? publication.remoteCommit : null });
    await finishPush(ctx, { row, supervisorId });
    return;
  }
  const { facts, workItemId } = publication;
  const text = pullRequestText({ ...facts, heading: row.payload.heading ?? null, workItemUrl: `${deps.appUrl.replace(/\/+$/, '')}/work/${workItemId}` });
  const pull = await ensurePullRequest(deps, { ...publication, ...text, draft: row.payload.draft });
  await recordPullRequest(ctx, { row, supervisorId, number: pull.number, url: pull.url });
}

async function carryOutProposal(deps: OutboxDeps, row: ProposalOutboxRow): Promise<void> {
  const { ctx, supervisorId } = deps;
  const proposal = await readProposal(ctx, { id: row.proposalId });
  if (row.kind === 'push') {
    await push(deps, row.payload, { ...proposal, remoteCommit: null });
    await finishProposalPush(ctx, { row, supervisorId });
    return;
  }
  const pull = await ensurePullRequest(deps, { ...proposal, ...proposalText(proposal), draft: row.payload.draft });
  await recordProposalPullRequest(ctx, { row, supervisorId, number: pull.number, url: pull.url });
}

async function push(
  deps: OutboxDeps,
  { branch, commit }: { branch: string; commit: string },
  { cloneUrl, remoteCommit }: { cloneUrl: string; remoteCommit: string | null },
): Promise<void> {
  const outcome = await deps.push({ cloneUrl, branch, commit, expected: remoteCommit });
  if (outcome.kind === 'failed') throw new PushFailed(outcome.message, outcome.permanent);
}

interface WantedPullRequest {
  repo: string;
  branch: string | null;
  /** Null: the repository's own default. */
  baseBranch: string | null;
  /** The newest that Postgres knows for the branch. */
  prNumber: number | null;
  title: string;
  body: string;
  draft: boolean;
}

/** The one pull request of the branch: the open one brought up to date, else one that a lost answer hid, else a new one. */
async function ensurePullRequest({ github }: OutboxDeps, { repo, branch, baseBranch, prNumber, title, body, draft }: WantedPullRequest): Promise<PullRequest> {
  if (!github) throw new GitHubError('There is no GITHUB_TOKEN to open a pull request with.', { status: null, transient: true, resetAt: null });
  if (branch === null) throw new GitHubError('The work item has no branch to open a pull request from.', { status: null, transient: false, resetAt: null });
  const found = await github.findPullRequests({ repo, branch });
  const open = found.find((pull) => pull.state === 'open');
  if (open) return github.updatePullRequest({ repo, number: open.number, title, body });
  // Closed, and not the one that Postgres knows: ours, made just before a kill, and closed by a person since.
  const unknown = found.find((pull) => pull.number > (prNumber ?? 0));
  if (unknown) return unknown;
  const base = baseBranch ?? (await github.defaultBranch(repo));
  return github.createPullRequest({ repo, branch, base, title, body, draft });
}

class PushFailed extends Error {
  readonly permanent: boolean;
  constructor(message: string, permanent: boolean) {
    super(message);
    this.name = 'PushFailed';
    this.permanent = permanent;
  }
}

function describeFault(error: unknown): { message: string; transient: boolean; resetAt: Date | null } {
  if (error instanceof GitHubError) return { message: error.message, transient: error.transient, resetAt: error.resetAt };
  if (error instanceof PushFailed) return { message: error.message, transient: !error.permanent, resetAt: null };
  return { message: error instanceof Error ? error.message : String(error), transient: true, resetAt: null };
}
