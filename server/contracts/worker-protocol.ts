import { z } from 'zod';
import { learningKindSchema } from './learnings.ts';
import { workerEventSchema } from './run-events.ts';
import { LEARNING_QUERY_MAX, LEARNING_TEXT_MAX } from './vocabulary.ts';

/** Ralph beats this often, apart from iterations' length. */
export const HEARTBEAT_INTERVAL_MS = 10_000;
/** No beat for this long: killed and retried. */
export const HEARTBEAT_TIMEOUT_MS = 120_000;
/** Most events in one POST …/events, and most bytes of its body. */
export const EVENTS_BATCH_MAX = 500;
export const EVENTS_BODY_MAX_BYTES = 4 * 1024 * 1024;

/** Refusals of the gateway: 401 ended, 403 another's id, 409 a raised epoch, 400 bad input, 422 a claim that is not true. */
export const protocolErrorSchema = z.object({
  error: z.object({ code: z.enum(['unauthorized', 'forbidden', 'fenced', 'bad_request', 'not_ready', 'unavailable']), message: z.string() }),
});

/** POST /worker/register → everything that Ralph needs to begin. */
export const registerResponseSchema = z.object({
  runId: z.string(),
  workItemId: z.string(),
  role: z.enum(['worker', 'verifier']),
  title: z.string(),
  repo: z.string(),
  /** Path on the gateway to clone from and push to: /git/<runId>.git */
  gitPath: z.string(),
  branch: z.string(),
  /** Commit to start from (tip of the run's ref in the mirror). */
  startCommit: z.string(),
  spec: z.string(),
  setup: z.string().nullable(),
  verify: z.string().nullable(),
  /** More variables for setup, verify and the agent's commands; no secrets. */
  testEnv: z.record(z.string(), z.string()).default({}),
  agent: z.enum(['claude', 'demo', 'command']),
  agentCommand: z.string().nullable(),
  model: z.string().nullable(),
  maxIterations: z.number().int(),
  /** Iterations that this run was granted already (adopted or restarted worker). */
  iterationsUsed: z.number().int(),
  /** Events with a workerSeq up to this one are stored. */
  lastWorkerSeq: z.number().int(),
});
export type RegisterResponse = z.infer<typeof registerResponseSchema>;

export const heartbeatRequestSchema = z.object({
  iteration: z.number().int().nonnegative(),
  /** verifyRound of the last verifier's answer that was acted on. */
  ackVerifyRound: z.number().int().nonnegative().default(0),
});
export const heartbeatResponseSchema = z.object({
  /** go_on, or end now: cancel → exit 130; yield → push, store the spec, exit 4. */
  order: z.enum(['go_on', 'cancel', 'yield']),
  /** State of the claim, while the run waits for the verifier. */
  claim: z.discriminatedUnion('status', [
    z.object({ status: z.literal('none') }),
    z.object({ status: z.literal('verifying'), round: z.number().int() }),
    z.object({ status: z.literal('red'), round: z.number().int(), exitCode: z.number().int().nullable(), log: z.string() }),
    z.object({ status: z.literal('accepted'), round: z.number().int() }),
  ]),
});
export type HeartbeatResponse = z.infer<typeof heartbeatResponseSchema>;

export const messageForWorkerSchema = z.object({ id: z.string(), from: z.string(), at: z.iso.datetime(), text: z.string() });
export type MessageForWorker = z.infer<typeof messageForWorkerSchema>;

/** Data of earlier runs or people, never an instruction. */
export const learningForWorkerSchema = z.object({ kind: z.string(), text: z.string(), source: z.string() });
export type LearningForWorker = z.infer<typeof learningForWorkerSchema>;

/** POST /worker/:id/iteration: a repeat of the same n gets the same answer and is not counted again. */
export const iterationRequestSchema = z.object({ n: z.number().int().positive() });
export const iterationResponseSchema = z.discriminatedUnion('granted', [
  /** messages: words from people that no prompt has held yet; `iteration.started` names the ones that it holds. learnings: those for the next open task. */
  z.object({
    granted: z.literal(true),
    n: z.number().int(),
    messages: z.array(messageForWorkerSchema).default([]),
    learnings: z.array(learningForWorkerSchema).default([]),
  }),
  /** next 'yield': end as yielded; 'stuck': the item's own cap is reached, end as stuck (budget). */
  z.object({ granted: z.literal(false), reason: z.string(), next: z.enum(['yield', 'stuck']) }),
]);
export type IterationResponse = z.infer<typeof iterationResponseSchema>;

export const eventsRequestSchema = z.object({ events: z.array(workerEventSchema).max(EVENTS_BATCH_MAX) });
/** Every event up to this workerSeq is stored. */
export const eventsResponseSchema = z.object({ lastWorkerSeq: z.number().int() });

/** Repository-relative path: no leading slash, no `..`, no NUL. */
export const repoPathSchema = z
  .string()
  .min(1)
  .max(1024)
  .refine((p) => !p.startsWith('/') && !p.split('/').includes('..') && !p.includes('\0'), 'a path inside the repository');
export const lockRequestSchema = z.object({ paths: z.array(repoPathSchema).min(1).max(2000) });
export const lockResponseSchema = z.discriminatedUnion('granted', [
  z.object({ granted: z.literal(true), expiresAt: z.iso.datetime() }),
  z.object({ granted: z.literal(false), conflicts: z.array(z.object({ path: z.string(), heldBy: z.string(), expiresAt: z.iso.datetime() })) }),
]);
export type LockResponse = z.infer<typeof lockResponseSchema>;
export const unlockRequestSchema = z.object({ paths: z.array(repoPathSchema).max(2000).optional() });

/** Arguments of the MCP tools of POST /mcp. */
export const searchLearningsToolSchema = z.object({
  q: z.string().trim().min(1).max(LEARNING_QUERY_MAX).describe('what you want to know, in words, names in code or paths'),
});
export const saveLearningToolSchema = z.object({
  kind: learningKindSchema.describe('pattern: how things are done here; gotcha: what surprises; approach: what works'),
  text: z.string().trim().min(1).max(LEARNING_TEXT_MAX).describe('one discovery, in plain words'),
  file: repoPathSchema.optional().describe('path in the repository that it is about'),
});

/** The claim that all is done at this pushed commit; refused with 422 where a stored task is open or the commit is not the accepted one. */
export const completeRequestSchema = z.object({ commit: z.string().regex(/^[0-9a-f]{40}$/) });
export const completeResponseSchema = z.object({ round: z.number().int(), openTasks: z.array(z.string()).default([]) });
/** 'yielded' is no fault (refused grant, usage limit, an order); notBefore says when to try again. */
export const failRequestSchema = z.object({
  kind: z.enum(['error', 'yielded', 'stopped']),
  message: z.string().max(4000),
  notBefore: z.iso.datetime().optional(),
});
export const stuckRequestSchema = z.object({ reason: z.string().max(200), message: z.string().max(16_384) });
export const okResponseSchema = z.object({ ok: z.literal(true) });
