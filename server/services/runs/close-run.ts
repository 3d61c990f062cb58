import type { Tx } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { decideAfterFault, type EndReason } from '../../domain/work/states.ts';
import { actorName, type Ctx } from '../context.ts';
import { endRun } from './end-run.ts';
import { enqueueOutbox } from '../outbox/enqueue-outbox.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { queueWorkItem } from '../work/queue-work-item.ts';

/** How a run ends without a result. */
export type Outcome =
  /** Counts as an attempt: tried again later, `failed` after the third. */
  | { kind: 'fault'; reason: EndReason; detail: string }
  /** No fault and no attempt: the item waits again. */
  | { kind: 'yield'; reason: 'yielded' | 'engine_error'; detail: string; notBefore: Date | null }
  /** Needs a person. */
  | { kind: 'stuck'; reason: 'stuck' | 'budget' | 'killed' | 'publish_failed'; detail: string }
  /** Cannot work, however often it is tried. */
  | { kind: 'failed'; detail: string };

/**
 * Ends a run and moves its item, in the caller's transaction. What a yielded or stuck run has committed is pushed.
 * @returns false where the run had ended already: nothing was written
 */
export async function closeRun(ctx: Ctx, tx: Tx, { runId, outcome, tail }: { runId: string; outcome: Outcome; tail?: string | null }): Promise<boolean> {
  const now = ctx.now();
  const reason: EndReason = outcome.kind === 'failed' ? 'failed' : outcome.reason;
  if (!(await endRun(tx, { runId, reason, detail: outcome.detail, tail: tail ?? null, now }))) return false;
  const run = await tx.run.findUniqueOrThrow({ where: { id: runId }, include: { workItem: true } });
  const item = run.workItem;
  const move = { id: item.id, from: ['running'], actor: actorName(ctx.actor), why: outcome.detail, now, runId } as const;
  await notify(tx, { kind: 'work' });
  if (item.pauseRequestedBy !== null && (outcome.kind === 'fault' || outcome.kind === 'yield')) {
    await pushCommits(tx, { run, item });
    const set = { stateReason: `paused by ${item.pauseRequestedBy}`, ...(outcome.kind === 'fault' ? { lastError: outcome.detail } : {}) };
    await moveWorkItem(tx, { ...move, to: 'paused', why: `paused by ${item.pauseRequestedBy}`, set });
    return true;
  }
  switch (outcome.kind) {
    case 'fault': {
      const next = decideAfterFault(item.attempts, now);
      if (next.to === 'failed') {
        await moveWorkItem(tx, {
          ...move,
          to: 'failed',
          set: { attempts: next.attempts, stateReason: outcome.detail, lastError: outcome.detail, endedAt: now },
        });
        return true;
      }
      const set = { attempts: next.attempts, lastError: outcome.detail, notBefore: next.notBefore };
      if (await moveWorkItem(tx, { ...move, to: 'queued', set }))
        await queueAgain(ctx, tx, { id: item.id, reason: `tried again after: ${outcome.detail}`, until: next.notBefore });
      return true;
    }
    case 'yield':
      await pushCommits(tx, { run, item });
      if (await moveWorkItem(tx, { ...move, to: 'queued', set: { notBefore: outcome.notBefore } })) {
        await queueAgain(ctx, tx, { id: item.id, reason: outcome.detail, until: outcome.notBefore });
      }
      return true;
    case 'stuck':
      await pushCommits(tx, { run, item });
      await moveWorkItem(tx, { ...move, to: 'stuck', set: { stateReason: outcome.detail, lastError: outcome.detail, endedAt: now } });
      return true;
    case 'failed':
      await moveWorkItem(tx, { ...move, to: 'failed', set: { stateReason: outcome.detail, lastError: outcome.detail, endedAt: now } });
      return true;
  }
}

async function queueAgain(ctx: Ctx, tx: Tx, { id, reason, until }: { id: string; reason: string; until: Date | null }): Promise<void> {
  await tx.workItem.update({ where: { id }, data: { waitingReason: reason, waitingUntil: until, jobId: null } });
  await queueWorkItem(tx, ctx.queue, { id, now: ctx.now() });
}

type RunRow = NonNullable<Awaited<ReturnType<Tx['run']['findUnique']>>>;
type ItemRow = NonNullable<Awaited<ReturnType<Tx['workItem']['findUnique']>>>;

/** Forwards what the gate accepted to the real remote, so that nothing is lost with this machine. */
async function pushCommits(tx: Tx, { run, item }: { run: RunRow; item: ItemRow }): Promise<void> {
  if (!item.headCommit || item.headCommit === item.remoteCommit || item.headCommit === item.baseCommit) return;
  // A run that never had a worker added nothing to what waits already.
  const same = { workItemId: item.id, kind: 'push', owner: run.owner, state: 'pending', dedupeKey: { endsWith: `:${item.headCommit}` } };
  if ((await tx.outbox.count({ where: same })) > 0) return;
  await enqueueOutbox(tx, {
    ...{ kind: 'push', workItemId: item.id, runId: run.id, owner: run.owner },
    dedupeKey: `push:${run.id}:${item.headCommit}`,
    payload: { branch: run.branch, commit: item.headCommit },
  });
}
