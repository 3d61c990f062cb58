import { z } from 'zod';
import { ITERATIONS_MAX, MESSAGE_MAX, PRIORITIES, USD_MAX, WORK_ITEM_STATES } from './vocabulary.ts';

export const prioritySchema = z.enum(PRIORITIES);
export type Priority = z.infer<typeof prioritySchema>;

const noNul = (s: string) => !s.includes('\0');
const line = (max: number) => z.string().trim().min(1).max(max).refine(noNul, 'must not hold a NUL byte');
const command = z.string().trim().min(1).max(4000).refine(noNul, 'must not hold a NUL byte');

/** POST /api/work. Only repo and spec are required. */
export const createWorkSchema = z.object({
  source: line(64).optional(),
  sourceId: line(200).optional(),
  sourceUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  repo: line(500),
  spec: z.string().min(1).refine(noNul, 'must not hold a NUL byte'),
  priority: prioritySchema.default('medium'),
  title: line(500).optional(),
  setup: command.optional(),
  verify: command.optional(),
  baseBranch: line(200).optional(),
  image: line(300).optional(),
  blockedBy: z.array(line(64)).max(50).optional(),
  maxIterations: z.number().int().min(1).max(ITERATIONS_MAX).optional(),
  maxUsd: z.number().positive().max(USD_MAX).optional(),
});

export const workItemStateSchema = z.enum(WORK_ITEM_STATES);
export type WorkItemState = z.infer<typeof workItemStateSchema>;
export const runStateSchema = z.enum(['starting', 'running', 'verifying', 'publishing', 'ended']);
export type RunState = z.infer<typeof runStateSchema>;

export const runViewSchema = z.object({
  id: z.string(),
  state: runStateSchema,
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  iterations: z.number().int(),
  tokens: z.number().int(),
  costUsd: z.number(),
  runtime: z.string(),
  agent: z.string(),
  isolated: z.boolean(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  headCommit: z.string().nullable(),
  verifyExit: z.number().int().nullable(),
  tail: z.string().nullable(),
});
export type RunView = z.infer<typeof runViewSchema>;

export const taskSchema = z.object({ text: z.string(), done: z.boolean(), depth: z.number().int(), line: z.number().int() });
export type Task = z.infer<typeof taskSchema>;

/** A word from a person; readAt: when an iteration's prompt held it. */
export const messageSchema = z.object({
  id: z.string(),
  from: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
  iteration: z.number().int().nullable(),
});

export const workItemSchema = z.object({
  id: z.string(),
  state: workItemStateSchema,
  stateReason: z.string().nullable(),
  priority: prioritySchema,
  repo: z.string(),
  title: z.string(),
  spec: z.string(),
  tasks: z.object({ done: z.number().int(), total: z.number().int() }),
  runs: z.array(runViewSchema),
  branch: z.string().nullable(),
  headCommit: z.string().nullable(),
  prUrl: z.string().nullable(),
  verified: z.boolean().nullable(),
  /** Why it is not running yet, in a sentence; null where it does not wait. */
  waitingReason: z.string().nullable(),
  waitingUntil: z.iso.datetime().nullable(),
  lastError: z.string().nullable(),
  source: z.string(),
  sourceId: z.string(),
  sourceUrl: z.string().nullable(),
  maxIterations: z.number().int(),
  maxUsd: z.number(),
  /** Of its two caps: by the runs since a person last asked for it. Calls of the model that are under way come to it when they end. */
  used: z.object({ iterations: z.number().int(), usd: z.number() }),
  /** What a person who may steer can ask for now; cancel, retry and resume go by the state alone. */
  can: z.object({ pause: z.boolean(), openDraft: z.boolean() }),
  blockedBy: z.array(z.string()),
  messages: z.array(messageSchema),
  /** A pause was asked for, and the run has not ended yet. */
  pausing: z.boolean(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type WorkItemView = z.infer<typeof workItemSchema>;
/** As its screen shows it: the tasks in place of the spec that they stand in, which is asked for when somebody opens it. */
export type ShownWorkItem = Omit<WorkItemView, 'spec'> & { checklist: Task[] };
/** POST /api/work: 201 new, 200 the one that exists. */
export const createdWorkSchema = workItemSchema.extend({ specDiffers: z.boolean().optional() });

/** One row of a list: no spec, no runs. */
export const workItemRowSchema = workItemSchema
  .omit({ spec: true, runs: true, used: true, can: true, blockedBy: true, messages: true })
  .extend({ iterations: z.number().int(), costUsd: z.number() });
export type WorkItemRow = z.infer<typeof workItemRowSchema>;

/** GET /api/work */
export const workListQuerySchema = z.object({
  state: z.array(workItemStateSchema).optional(),
  repo: z.string().optional(),
  q: z.string().optional(),
  cursor: z.string().optional(),
});
export const workListSchema = z.object({ items: z.array(workItemRowSchema), nextCursor: z.string().nullable() });
/** POST /api/workers/:id/kill */
export const killedSchema = z.object({ id: z.string(), workItemId: z.string() });

/** PATCH /api/work/:id. */
export const changeWorkSchema = z
  .object({
    priority: prioritySchema,
    maxIterations: createWorkSchema.shape.maxIterations.unwrap(),
    maxUsd: createWorkSchema.shape.maxUsd.unwrap(),
  })
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'name at least one of priority, maxIterations, maxUsd');
/** Longest message to a worker, in characters. */
/** POST /api/work/:id/message. */
export const sendMessageSchema = z.object({ text: z.string().trim().min(1).max(MESSAGE_MAX).refine(noNul, 'must not hold a NUL byte') });

export const retrySchema = z.object({ fresh: z.boolean().default(false) }).prefault({});

export const workerViewSchema = z.object({
  id: z.string(),
  workItemId: z.string(),
  title: z.string(),
  repo: z.string(),
  state: runStateSchema,
  iteration: z.number().int(),
  runtime: z.string(),
  agent: z.string(),
  isolated: z.boolean(),
  lastBeatAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime(),
  costUsd: z.number(),
  tokens: z.number().int(),
  supervisor: z.string(),
  /** Percent of one core, and bytes, as the engine last said; null: not known. */
  cpuPercent: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  endedAt: z.iso.datetime().nullable(),
  reason: z.string().nullable(),
});
export type WorkerView = z.infer<typeof workerViewSchema>;
export const workersSchema = z.object({ workers: z.array(workerViewSchema) });

/** What a supervisor knows of itself, written by it and shown to people. */
export const supervisorFactsSchema = z.object({
  agent: z.string().optional(),
  isolated: z.boolean().optional(),
  /** One sentence for each thing that is off, and why. */
  off: z.array(z.string()).default([]),
  gatewayUrl: z.string().optional(),
});

export const statusSchema = z.object({
  version: z.string(),
  queueDepth: z.number().int(),
  workersAlive: z.number().int(),
  maxWorkers: z.number().int(),
  iterationsToday: z.number().int(),
  dailyBudget: z.number().int(),
  usdToday: z.number(),
  /** Of usdToday: reserved for calls under way. */
  usdReserved: z.number(),
  dailyBudgetUsd: z.number().nullable(),
  /** Why the next worker is not spawned yet; null where nothing holds it back. */
  waiting: z.object({ reason: z.string(), retryAt: z.iso.datetime().nullable() }).nullable(),
  /** Who paused the whole factory, and why; null: it is not paused. */
  paused: z.string().nullable(),
  counts: z.record(z.string(), z.number().int()),
  supervisors: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      alive: z.boolean(),
      beatAt: z.iso.datetime(),
      runtime: z.string(),
      pauseReason: z.string().nullable(),
      facts: supervisorFactsSchema,
    }),
  ),
  /** The latest of them; needsYouTotal counts all. */
  needsYou: z.array(z.object({ id: z.string(), title: z.string(), state: workItemStateSchema, reason: z.string().nullable() })),
  needsYouTotal: z.number().int(),
  /** Pull requests that were opened, merged or closed in the last 7 days, by the latest of these, at its time. */
  recentPullRequests: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      prUrl: z.string(),
      state: workItemStateSchema,
      event: z.enum(['opened', 'merged', 'closed']),
      at: z.iso.datetime(),
    }),
  ),
});
export type Status = z.infer<typeof statusSchema>;

export const queueSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      repo: z.string(),
      priority: prioritySchema,
      queuedAt: z.iso.datetime().nullable(),
      waitingReason: z.string().nullable(),
      waitingUntil: z.iso.datetime().nullable(),
    }),
  ),
});

/** Every refusal of the REST API. `field` names the wrong field where there is one; `id` finds the line in the log. */
export const restErrorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional(), state: z.string().optional(), id: z.string().optional() }),
});
