import type { Run, WorkItem } from '../db/generated/client.ts';
import type { Tx } from '../db/client.ts';
import { hashSecret, newId, newSecret } from '../db/ids.ts';
import { decideAdmission } from '../domain/admission.ts';
import { branchName } from '../domain/branch.ts';
import { ALIVE_RUN_STATES } from '../domain/states.ts';
import { authoriseSupervisor } from './authorise.ts';
import { actorName, type Ctx } from './context.ts';
import { moveWorkItem } from './move-work-item.ts';
import { queueWorkItem } from './queue-work-item.ts';
import { readUsage } from './read-usage.ts';
import { setWaitingReason } from './set-waiting-reason.ts';

/** Held by the one claim that looks at the limits; others come back later. */
const ADMISSION_LOCK = 1_094_992_201;
const BUSY_RETRY_MS = 100;
/** Stale jobs that one claim clears away. */
const STALE_MAX = 100;

export interface ClaimRequest {
  supervisorId: string;
  engineId: string;
  runtime: string;
  agent: string;
  isolated: boolean;
}

export type Claim =
  { kind: 'claimed'; run: Run; item: WorkItem; workerToken: string } | { kind: 'refused'; reason: string; retryAt: Date | null } | { kind: 'empty' };

/**
 * Takes the next work item for a new run: limits, job, epoch and run in one transaction, so that two supervisors never
 * take the same one. A refusal's reason is stored with the items that wait.
 */
export async function claimRun(ctx: Ctx, request: ClaimRequest): Promise<Claim> {
  authoriseSupervisor(ctx);
  await ctx.queue.start();
  const claim = await ctx.db.$transaction((tx) => claimWithin(ctx, tx, request), { isolationLevel: 'ReadCommitted' });
  if (claim === 'busy') return { kind: 'refused', reason: 'another supervisor is claiming', retryAt: new Date(ctx.now().getTime() + BUSY_RETRY_MS) };
  if (claim.kind === 'refused') await setWaitingReason(ctx, { reason: claim.reason, until: claim.retryAt });
  return claim;
}

async function claimWithin(ctx: Ctx, tx: Tx, request: ClaimRequest): Promise<Claim | 'busy'> {
  const [lock] = await tx.$queryRaw<{ locked: boolean }[]>`SELECT pg_try_advisory_xact_lock(${ADMISSION_LOCK}::bigint) AS locked`;
  if (!lock?.locked) return 'busy';
  const now = ctx.now();
  const decision = decideAdmission(await readFacts(ctx, tx, { supervisorId: request.supervisorId, now }), ctx.config.limits, now);
  if (!decision.admit) return { kind: 'refused', reason: decision.reason, retryAt: decision.retryAt };
  for (let tries = 0; tries < STALE_MAX; tries++) {
    const job = await ctx.queue.fetch(tx, { ignoreRepos: [] });
    if (!job) return { kind: 'empty' };
    await ctx.queue.complete(tx, job.jobId);
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${job.workItemId} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id: job.workItemId } });
    if (item?.state !== 'queued' || item.jobId !== job.jobId) continue; // cancelled, or healed by another job
    if (item.notBefore && item.notBefore > now) {
      await queueWorkItem(tx, ctx.queue, { id: item.id, now });
      continue;
    }
    return startRun(ctx, tx, { request, item, now });
  }
  return { kind: 'empty' };
}

async function readFacts(ctx: Ctx, tx: Tx, { supervisorId, now }: { supervisorId: string; now: Date }) {
  const workersAlive = await tx.run.count({ where: { state: { in: [...ALIVE_RUN_STATES] } } });
  const usage = await readUsage(tx, { now, timeZone: ctx.config.limits.timeZone });
  // Faults of the engine, the image and the repository's address start no cooldown.
  const last = await tx.run.findFirst({
    where: { OR: [{ reason: null }, { reason: { notIn: ['engine_error', 'start_failed'] } }] },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true },
  });
  const supervisor = await tx.supervisor.findUnique({ where: { id: supervisorId }, select: { pauseReason: true, pauseUntil: true } });
  const pause = supervisor?.pauseReason ? { reason: supervisor.pauseReason, until: supervisor.pauseUntil } : null;
  return { workersAlive, ...usage, lastSpawnAt: last?.createdAt ?? null, pause };
}

async function startRun(ctx: Ctx, tx: Tx, { request, item, now }: { request: ClaimRequest; item: WorkItem; now: Date }): Promise<Claim> {
  const { supervisorId, ...how } = request;
  const runId = newId();
  const branch = item.branch ?? branchName({ id: item.id, title: item.title, suffix: item.branchSuffix });
  const epoch = item.epoch + 1;
  const set = { epoch, branch, jobId: null, notBefore: null, endedAt: null };
  const why = `claimed by run ${runId}`;
  const moved = await moveWorkItem(tx, { id: item.id, from: ['queued'], to: 'running', actor: actorName(ctx.actor), why, now, runId, set });
  if (!moved) throw new Error(`work item ${item.id} changed under its lock`);
  const run = await tx.run.create({
    data: { id: runId, workItemId: item.id, epoch, state: 'starting', ...how, owner: supervisorId, branch, createdAt: now, stateAt: now },
  });
  const workerToken = newSecret('fwr');
  await tx.workerToken.create({ data: { hash: hashSecret(workerToken), runId, role: 'worker' } });
  return { kind: 'claimed', run, item: await tx.workItem.findUniqueOrThrow({ where: { id: item.id } }), workerToken };
}
