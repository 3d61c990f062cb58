import { prioritySchema, runStateSchema, type RunView, type WorkItemRow, workItemStateSchema, type WorkItemView } from '../../../contracts/rest.ts';
import type { Prisma } from '../../../db/client.ts';
import { whyNoDraft, whyNoPause } from '../../../domain/work/item-acts.ts';
import { capsCountSince } from '../../../domain/specs/item-caps.ts';

/** What a view of an item is made of. */
export const withRuns = { runs: { orderBy: { createdAt: 'asc' } }, blockedBy: true, messages: { orderBy: { at: 'asc' } } } satisfies Prisma.WorkItemInclude;
type ItemWithRuns = Prisma.WorkItemGetPayload<{ include: typeof withRuns }>;
type ItemOnly = Prisma.WorkItemGetPayload<object>;

function common(item: ItemOnly): Omit<WorkItemView, 'spec' | 'runs' | 'used' | 'can' | 'blockedBy' | 'messages'> {
  return {
    id: item.id,
    state: workItemStateSchema.parse(item.state),
    stateReason: item.stateReason,
    priority: prioritySchema.parse(item.priority),
    repo: item.repo,
    title: item.title,
    tasks: { done: item.tasksDone, total: item.tasksTotal },
    branch: item.branch,
    headCommit: item.headCommit,
    prUrl: item.prUrl,
    verified: item.verified,
    waitingReason: item.waitingReason,
    waitingUntil: item.waitingUntil?.toISOString() ?? null,
    lastError: item.lastError,
    source: item.source,
    sourceId: item.sourceId,
    sourceUrl: item.sourceUrl,
    maxIterations: item.maxIterations,
    maxUsd: item.maxUsd,
    pausing: item.pauseRequestedBy !== null && item.state === 'running',
    createdBy: item.createdBy,
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
    endedAt: item.endedAt?.toISOString() ?? null,
  };
}

export function toWorkItemView(item: ItemWithRuns): WorkItemView {
  return {
    ...common(item),
    spec: item.spec,
    runs: item.runs.map(toRunView),
    used: usedOf(item),
    can: canOf(item),
    blockedBy: item.blockedBy.map((row) => row.blockerId),
    messages: item.messages.map(({ id, author, text, at, readAt, iteration }) => ({
      ...{ id, from: author, text, iteration },
      ...{ at: at.toISOString(), readAt: readAt?.toISOString() ?? null },
    })),
  };
}

function canOf(item: ItemWithRuns): WorkItemView['can'] {
  const state = workItemStateSchema.parse(item.state);
  const run = item.runs.at(-1);
  const pause = whyNoPause({ state }, run ? { state: runStateSchema.parse(run.state), order: run.order } : null) === null;
  return { pause, openDraft: whyNoDraft({ ...item, state }, run !== undefined) === null };
}

function usedOf(item: ItemWithRuns): WorkItemView['used'] {
  const since = capsCountSince(item);
  const counted = item.runs.filter((run) => run.createdAt >= since);
  return { iterations: counted.reduce((sum, run) => sum + run.iterations, 0), usd: counted.reduce((sum, run) => sum + run.costUsd, 0) };
}

export function toWorkItemRow(item: ItemOnly & { runs: { iterations: number; costUsd: number }[] }): WorkItemRow {
  const sum = (pick: (run: { iterations: number; costUsd: number }) => number) => item.runs.reduce((total, run) => total + pick(run), 0);
  return { ...common(item), iterations: sum((run) => run.iterations), costUsd: sum((run) => run.costUsd) };
}

function toRunView(run: Prisma.RunGetPayload<object>): RunView {
  return {
    id: run.id,
    state: runStateSchema.parse(run.state),
    reason: run.reason,
    detail: run.detail,
    iterations: run.iterations,
    tokens: run.inputTokens + run.outputTokens,
    costUsd: run.costUsd,
    runtime: run.runtime,
    agent: run.agent,
    isolated: run.isolated,
    startedAt: run.createdAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    headCommit: run.headCommit,
    verifyExit: run.verifyExit,
    tail: run.tail,
  };
}
