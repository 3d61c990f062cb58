import { z } from 'zod';
import { learningKindSchema } from './learnings.ts';

/** Version of the event contract that Ralph speaks (worker/ralph/README.md). */
export const EVENT_VERSION = 1;

/** Longest text one event may carry, in characters; Ralph cuts what is longer and says so in `truncated`. */
export const EVENT_TEXT_MAX = 16_384;

const text = z.string().max(EVENT_TEXT_MAX + 64);
const head = {
  v: z.literal(EVENT_VERSION),
  /** Counts the events of one run from 1; only serves to drop repeats. */
  workerSeq: z.number().int().positive(),
  /** Worker's clock, ISO 8601. */
  ts: z.iso.datetime(),
  /** Iteration the event belongs to; absent before the first and after the last. */
  iteration: z.number().int().positive().optional(),
};

/** Token counts of one answer of the model. */
export const usageSchema = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative().default(0),
  cacheWriteTokens: z.number().int().nonnegative().default(0),
});

/** One line of Ralph's stdout, and one element of a posted batch. */
export const workerEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...head,
    type: z.literal('run.started'),
    agent: z.string(),
    branch: z.string().optional(),
    tasksTotal: z.number().int(),
    tasksDone: z.number().int(),
  }),
  z.object({ ...head, type: z.literal('iteration.started'), task: text.optional(), messages: z.array(z.string().max(64)).max(100).optional() }),
  z.object({ ...head, type: z.literal('agent.text'), text, truncated: z.boolean().optional() }),
  z.object({ ...head, type: z.literal('agent.tool_use'), toolUseId: z.string(), tool: z.string(), input: text, truncated: z.boolean().optional() }),
  z.object({ ...head, type: z.literal('agent.tool_result'), toolUseId: z.string(), text, isError: z.boolean(), truncated: z.boolean().optional() }),
  z.object({ ...head, type: z.literal('agent.usage'), usage: usageSchema, costUsd: z.number().nonnegative().optional() }),
  z.object({ ...head, type: z.literal('agent.limit'), status: z.enum(['allowed_warning', 'rejected']), resetsAt: z.iso.datetime().optional(), text }),
  z.object({ ...head, type: z.literal('agent.error'), text }),
  z.object({ ...head, type: z.literal('task.checked'), task: text, done: z.number().int(), total: z.number().int() }),
  z.object({ ...head, type: z.literal('spec.updated'), spec: z.string().max(262_144), commit: z.string().optional() }),
  z.object({ ...head, type: z.literal('commit.created'), commit: z.string(), subject: text, files: z.number().int() }),
  z.object({ ...head, type: z.literal('lease.refused'), paths: z.array(z.string()).max(200), heldBy: z.string().optional() }),
  z.object({ ...head, type: z.literal('learning.noted'), kind: learningKindSchema, text }),
  z.object({ ...head, type: z.literal('verify.started'), command: text }),
  z.object({ ...head, type: z.literal('verify.finished'), exitCode: z.number().int().nullable(), log: text, truncated: z.boolean().optional() }),
  z.object({
    ...head,
    type: z.literal('iteration.finished'),
    outcome: z.string(),
    durationMs: z.number().nonnegative(),
    costUsd: z.number().nonnegative().optional(),
    commits: z.number().int(),
  }),
  z.object({ ...head, type: z.literal('run.finished'), reason: z.string(), detail: text.optional() }),
  z.object({ ...head, type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), text, truncated: z.boolean().optional() }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;

/**
 * Events that the factory itself writes into the same log. `by` tells them apart from a worker's claims.
 * Types: state.changed, gate.refused, egress.refused, verifier.started, verifier.finished, publish, order, note.
 */
export const factoryEventSchema = z.object({
  by: z.literal('factory'),
  type: z.enum([
    'state.changed',
    'gate.refused',
    'egress.refused',
    'model.refused',
    'verifier.started',
    'verifier.log',
    'verifier.finished',
    'publish',
    'order',
    'note',
  ]),
  ts: z.iso.datetime(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type FactoryEvent = z.infer<typeof factoryEventSchema>;

/** What people read: seq counts per work item, without gaps, across its runs. */
export const storedEventSchema = z.object({
  seq: z.number().int().positive(),
  runId: z.string().nullable(),
  event: z.union([factoryEventSchema, workerEventSchema]),
});
export type StoredEvent = z.infer<typeof storedEventSchema>;
