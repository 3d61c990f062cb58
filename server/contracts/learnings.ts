import { z } from 'zod';
import { nameSchema } from './ids.ts';
import { LEARNING_KINDS, LEARNING_QUERY_MAX, LEARNING_STATES, LEARNING_TEXT_MAX, LEARNINGS_FILES } from './vocabulary.ts';

export const learningKindSchema = z.enum(LEARNING_KINDS);
export type LearningKind = z.infer<typeof learningKindSchema>;
export const learningStateSchema = z.enum(LEARNING_STATES);
export type LearningState = z.infer<typeof learningStateSchema>;

const noNul = (text: string) => !text.includes('\0');
export const learningTextSchema = z.string().trim().min(1, 'write what is worth keeping').max(LEARNING_TEXT_MAX).refine(noNul, 'must not hold a NUL byte');

export const learningFiltersSchema = z.object({
  /** Canonical name; `global` for those of every repository. Without it all of them. */
  repo: nameSchema.optional(),
  kind: learningKindSchema.optional(),
  state: learningStateSchema.optional(),
  /** Those whose evidence lies at this path or beneath it. */
  path: nameSchema.optional(),
});
export type LearningFilters = z.infer<typeof learningFiltersSchema>;

export const findLearningsSchema = learningFiltersSchema.extend({
  /** Without it they are listed, the newest first. */
  q: z.string().max(LEARNING_QUERY_MAX).refine(noNul, 'must not hold a NUL byte').default(''),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
});

export const writeLearningSchema = z.object({
  kind: learningKindSchema,
  text: learningTextSchema,
  /** Null: for every repository. */
  repo: z.string().trim().min(1).max(500).nullable(),
  file: z.string().trim().min(1).max(500).refine(noNul, 'must not hold a NUL byte').nullish(),
});

/** Files of a repository in which agents look for what to know. */
export const learningsFileSchema = z.enum(LEARNINGS_FILES);
export type LearningsFile = z.infer<typeof learningsFileSchema>;
export const repositoryFileSchema = z.object({ repo: z.string().trim().min(1, 'name one, as owner/name or as a git URL').max(500), file: learningsFileSchema });

/** What became of the wish to propose learnings to a repository. */
export interface LearningProposalView {
  /** One sentence: what was done, or why nothing was. */
  sentence: string;
  /** Null: nothing was to be proposed. */
  proposal: {
    file: string;
    branch: string;
    /** Nothing of it waits to be done any more. */
    settled: boolean;
    prUrl: string | null;
    prNumber: number | null;
    /** What became of the pull request, as GitHub said; null: it is open, or there is none. */
    outcome: 'merged' | 'closed' | null;
    /** Why the last try failed, in a sentence. */
    error: string | null;
  } | null;
}

/** How the runs ended whose prompts held a learning. */
export const learningOutcomeSchema = z.object({ runs: z.int(), verified: z.int(), merged: z.int(), stuck: z.int(), failed: z.int() });
export type LearningOutcome = z.infer<typeof learningOutcomeSchema>;

/** Why a hit is there. */
export const hitReasonSchema = z.object({
  /** Place among those found by their words, their letters (typos, identifiers), their meaning; null where it is not among them. */
  words: z.int().nullable(),
  letters: z.int().nullable(),
  meaning: z.int().nullable(),
  /** 0 to 1, of the best hit. */
  score: z.number(),
});
export type HitReason = z.infer<typeof hitReasonSchema>;

export const learningSchema = z.object({
  id: z.string(),
  kind: learningKindSchema,
  text: z.string(),
  repo: z.string().nullable(),
  state: learningStateSchema,
  pinned: z.boolean(),
  /** Why a person should look before a worker does. */
  flag: z.string().nullable(),
  source: z.enum(['agent', 'person', 'import']),
  author: z.string().nullable(),
  runId: z.string().nullable(),
  workItemId: z.string().nullable(),
  file: z.string().nullable(),
  commit: z.string().nullable(),
  fileGone: z.boolean(),
  seen: z.int(),
  /** Nobody noted it and no run was given it for 90 days. */
  stale: z.boolean(),
  outcome: learningOutcomeSchema,
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  why: hitReasonSchema.nullable(),
});
export type Learning = z.infer<typeof learningSchema>;

/** What the runs of a work item were given, and what they found out. */
export interface WorkLearnings {
  given: { id: string; kind: LearningKind; text: string; firstIteration: number }[];
  learnt: { id: string; kind: LearningKind; text: string; state: LearningState }[];
}

export interface LearningDetail {
  learning: Learning;
  /** What it said before, the latest first. */
  revisions: { kind: string; text: string; by: string; at: string }[];
  uses: { runId: string; at: string; reason: string | null; workItemId: string; title: string; state: string }[];
}

export const foundLearningsSchema = z.object({
  learnings: z.array(learningSchema),
  /** Of the filters, without `q`. */
  total: z.int(),
  /** One sentence: by what it was searched, and what keeps it from more. */
  searched: z.string(),
});
export type FoundLearnings = z.infer<typeof foundLearningsSchema>;

/** What an embedder holds ready for search, as the supervisor that owns it tells. */
export const embeddingStatusSchema = z.object({
  /** Null: search is by words. */
  id: z.string().nullable(),
  dimension: z.int().nullable(),
  because: z.string(),
  /** Serves the search by meaning. */
  index: z.enum(['hnsw', 'exact', 'none']),
  indexBecause: z.string(),
});
export type EmbeddingStatus = z.infer<typeof embeddingStatusSchema>;

/** What the screen says of the search by meaning. */
export const learningsStatusSchema = z.object({
  /** Null: no supervisor is there. */
  embedding: embeddingStatusSchema.nullable(),
  total: z.int(),
  /** Of them with a vector of the embedder in use. */
  embedded: z.int(),
  proposed: z.int(),
});
export type LearningsStatus = z.infer<typeof learningsStatusSchema>;
