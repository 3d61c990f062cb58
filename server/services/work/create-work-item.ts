import { type z } from 'zod';
import { createWorkSchema, type WorkItemView } from '../../contracts/rest.ts';
import { Prisma } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import { decideItemCaps } from '../../domain/specs/item-caps.ts';
import { parseRepository } from '../../domain/settings/repository.ts';
import { countTasks, parseSpec } from '../../domain/specs/spec.ts';
import { NO_TASK } from '../../domain/specs/spec-problems.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { queueWorkItem } from './queue-work-item.ts';
import { toWorkItemView, withRuns } from './read/work-item-view.ts';
import { SPEC_MAX_BYTES } from '../../contracts/vocabulary.ts';

/** Longest title that is taken from a spec, in characters. */
const TITLE_MAX = 200;

export interface Created {
  item: WorkItemView;
  /** false: the same (source, sourceId) was there already, and this is it. */
  created: boolean;
  /** The one that was there has another spec than the one submitted now. */
  specDiffers: boolean;
}

/**
 * Takes a spec for one repository and queues it. The same (source, sourceId) never makes a second item.
 * @param input createWorkSchema
 * @throws AppError bad_request with the field, too_large
 */
export async function createWorkItem(ctx: Ctx, input: unknown): Promise<Created> {
  authoriseSteer(ctx);
  const spec: unknown = typeof input === 'object' && input !== null && 'spec' in input ? input.spec : undefined;
  if (typeof spec === 'string' && Buffer.byteLength(spec) > SPEC_MAX_BYTES) {
    throw new AppError('too_large', `spec: it has ${Buffer.byteLength(spec)} bytes; at most ${SPEC_MAX_BYTES} (256 KB) are taken.`, { field: 'spec' });
  }
  const work = parseInput(createWorkSchema, input);
  const repository = parseRepository(work.repo, ctx.config);
  const parsed = parseSpec(work.spec);
  if (parsed.refused !== null) throw new AppError('bad_request', `spec: ${parsed.refused}.`, { field: 'spec' });
  if (parsed.tasks.length === 0) {
    throw new AppError('bad_request', `spec: ${NO_TASK}`, { field: 'spec' });
  }
  const id = newId();
  const source = work.source ?? 'api';
  const sourceId = work.sourceId ?? id;
  const { done, total } = countTasks(parsed.tasks);
  const caps = await ctx.db.repositorySettings.findUnique({ where: { name: repository.repo }, select: { maxIterations: true, maxUsd: true } });
  const data = {
    ...{ id, source, sourceId, sourceUrl: work.sourceUrl ?? null, ...repository },
    title: work.title ?? (parsed.title ?? parsed.tasks[0]?.text ?? id).slice(0, TITLE_MAX),
    ...{ originalSpec: work.spec, spec: work.spec, tasksDone: done, tasksTotal: total, priority: work.priority, state: 'queued' },
    ...{ setup: work.setup ?? null, verify: work.verify ?? null, baseBranch: work.baseBranch ?? null, image: work.image ?? null },
    ...decideItemCaps(work, caps, total),
    createdBy: actorName(ctx.actor),
  } satisfies Prisma.WorkItemUncheckedCreateInput;

  const existing = await findExisting(ctx, { source, sourceId, spec: work.spec });
  if (existing) return existing;
  try {
    await insert(ctx, data, work.blockedBy ?? []);
  } catch (error) {
    // Two equal submissions at once: the second one finds the first.
    const raced = isUniqueViolation(error) ? await findExisting(ctx, { source, sourceId, spec: work.spec }) : null;
    if (raced) return raced;
    throw error;
  }
  const item = await ctx.db.workItem.findUniqueOrThrow({ where: { id }, include: withRuns });
  return { item: toWorkItemView(item), created: true, specDiffers: false };
}

async function insert(ctx: Ctx, data: Prisma.WorkItemUncheckedCreateInput, blockedBy: z.infer<typeof createWorkSchema>['blockedBy']): Promise<void> {
  const now = ctx.now();
  const blockers = [...new Set(blockedBy)];
  await ctx.queue.start();
  await ctx.db.$transaction(async (tx) => {
    const found = new Set((await tx.workItem.findMany({ where: { id: { in: blockers } }, select: { id: true } })).map((row) => row.id));
    const missing = blockers.find((id) => !found.has(id));
    if (missing !== undefined) throw new AppError('bad_request', `blockedBy: there is no work item ${missing}.`, { field: 'blockedBy' });
    await tx.workItem.create({ data: { ...data, createdAt: now, updatedAt: now } });
    await tx.workItemBlock.createMany({ data: blockers.map((blockerId) => ({ blockedId: data.id, blockerId })) });
    const actor = actorName(ctx.actor);
    await recordAudit(tx, ctx, { action: 'create', workItemId: data.id, to: 'queued', why: `submitted by ${actor}` });
    await appendEvents(tx, {
      workItemId: data.id,
      runId: null,
      events: [factoryEvent('state.changed', `queued: submitted by ${actor}`, now, { to: 'queued' })],
    });
    await queueWorkItem(tx, ctx.queue, { id: data.id, now });
  });
}

async function findExisting(ctx: Ctx, { source, sourceId, spec }: { source: string; sourceId: string; spec: string }): Promise<Created | null> {
  const item = await ctx.db.workItem.findUnique({ where: { source_sourceId: { source, sourceId } }, include: withRuns });
  return item && { item: toWorkItemView(item), created: false, specDiffers: item.originalSpec !== spec };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
