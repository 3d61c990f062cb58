import type { Agents } from '../../contracts/repositories.ts';
import { type Prisma } from '../../db/client.ts';
import { hashSecret, newId, newSecret } from '../../db/ids.ts';
import { tryAdmissionLock } from '../../db/locks.ts';
import { decideAdmission } from '../../domain/runs/admission.ts';
import { branchName } from '../../domain/work/branch.ts';
import { ALIVE_RUN_STATES } from '../../domain/work/states.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { authoriseSupervisor } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { moveWorkItem } from '../work/move-work-item.ts';
import { queueWorkItem } from '../work/queue-work-item.ts';
import { readLimits } from '../settings/read-limits.ts';
import { readWorkSettings } from '../settings/repositories/read-repository.ts';
import { explainFullRepositories, explainMissingAgents } from './held-repositories.ts';
import { readUsage } from '../status/read-usage.ts';

type ClaimedRun = Prisma.RunGetPayload<{ include: { workItem: true } }>;
export type Claim =
  | { kind: 'claimed'; run: ClaimedRun; workerToken: string }
  | { kind: 'refused'; reason: string; retryAt: Date | null }
  /** Nothing waits, or another supervisor is claiming right now. */
  | { kind: 'empty' };

export interface ClaimInput {
  engineId: string;
  runtime: 'docker' | 'process';
  /** Who can work there; the first where a repository names nobody. */
  agents: Agents;
  isolated: boolean;
}

/** Jobs of items that are no longer queued are skipped in one claim, this many at most. */
const STALE_JOBS_MAX = 50;

/**
 * Takes the next work item, if a worker may be spawned now. One transaction: admission, the queue's job, the raised epoch and the
 * new run stand or fall together, so no two supervisors ever take the same item. The reason of a refusal is stored with what waits.
 */
export async function claimRun(ctx: Ctx, input: ClaimInput): Promise<Claim> {
  authoriseSupervisor(ctx);
  await ctx.queue.start();
  const claim = await ctx.db.$transaction((tx) => tryClaim(ctx, tx, input));
  if (claim.kind === 'refused') await explainWait(ctx, claim);
  return claim;
}

async function tryClaim(ctx: Ctx, tx: Prisma.TransactionClient, input: ClaimInput): Promise<Claim> {
  const owner = authoriseSupervisor(ctx);
  if (!(await tryAdmissionLock(tx))) return { kind: 'empty' };
  const now = ctx.now();
  const { limits, pause: byPeople } = await readLimits(tx, ctx.config.limits);
  const [workersAlive, newest, me, usage] = [
    await tx.run.count({ where: { state: { in: [...ALIVE_RUN_STATES] } } }),
    await tx.run.findFirst({
      where: { OR: [{ reason: null }, { reason: { notIn: ['engine_error', 'start_failed'] } }] },
      orderBy: { createdAt: 'desc' },
      select: { createdAt: true },
    }),
    await tx.supervisor.findUnique({ where: { id: owner } }),
    await readUsage(tx, { now, timeZone: limits.timeZone }),
  ];
  const pause = byPeople ?? (me?.pauseReason ? { reason: me.pauseReason, until: me.pauseUntil } : null);
  const decision = decideAdmission({ workersAlive, ...usage, lastSpawnAt: newest?.createdAt ?? null, pause }, limits, now);
  if (!decision.admit) return { kind: 'refused', reason: decision.reason, retryAt: decision.retryAt };

  const { agents, ...place } = input;
  const held = [...(await explainFullRepositories(tx, now)), ...(await explainMissingAgents(tx, { agents, now }))];
  for (let tries = 0; tries < STALE_JOBS_MAX; tries++) {
    const job = await ctx.queue.fetch(tx, { ignoreRepos: held });
    if (!job) return { kind: 'empty' };
    await ctx.queue.complete(tx, job.jobId);
    const item = await tx.workItem.findUnique({ where: { id: job.workItemId } });
    if (!item || item.jobId !== job.jobId) continue; // cancelled or queued anew: its job is not this one
    if (item.state === 'queued' && item.notBefore && item.notBefore > now) {
      await queueWorkItem(tx, ctx.queue, { id: item.id, now });
      continue;
    }
    const runId = newId();
    const branch = item.branch ?? branchName({ id: item.id, title: item.title, suffix: item.branchSuffix });
    const set = { epoch: { increment: 1 }, branch, jobId: null, notBefore: null, stateReason: null };
    const move = { id: item.id, from: ['queued'], to: 'running', actor: actorName(ctx.actor), why: `taken by worker ${runId}`, now, runId, set } as const;
    if (!(await moveWorkItem(tx, move))) continue;
    const { baseBranch, image, agent: named } = await readWorkSettings(tx, ctx.config, item);
    const agent = named ?? agents[0];
    const workerToken = newSecret('fwr');
    const run = await tx.run.create({
      data: {
        ...{ id: runId, workItemId: item.id, epoch: item.epoch + 1, state: 'starting', ...place, agent, owner, branch },
        ...{ headCommit: item.headCommit, createdAt: now, stateAt: now },
        tokens: { create: { hash: hashSecret(workerToken), role: 'worker', createdAt: now } },
      },
      include: { workItem: true },
    });
    const isolation = input.isolated ? 'isolated' : 'not isolated';
    const text = `worker ${runId} starts (${input.runtime}, ${isolation}, agent ${agent})`;
    await appendEvents(tx, { workItemId: item.id, runId, events: [factoryEvent('note', text, now)] });
    return { kind: 'claimed', run: { ...run, workItem: { ...run.workItem, baseBranch, image } }, workerToken };
  }
  return { kind: 'empty' };
}

/** Writes the reason on everything that waits only for a worker; what has its own reason and time (a blocker, a backoff) keeps it. */
export async function explainWait(ctx: Ctx, { reason, retryAt }: { reason: string; retryAt: Date | null }): Promise<void> {
  const now = ctx.now();
  await ctx.db.workItem.updateMany({
    where: { state: 'queued', jobId: { not: null }, OR: [{ notBefore: null }, { notBefore: { lte: now } }] },
    data: { waitingReason: reason, waitingUntil: retryAt, updatedAt: now },
  });
}
