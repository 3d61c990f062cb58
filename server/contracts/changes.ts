import { z } from 'zod';

/** As git hands it out: SHA-1 or SHA-256, in full. */
const commitSchema = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** One file between two commits. */
export const fileChangeSchema = z.object({
  path: z.string(),
  /** Its former path, where it was renamed or copied. */
  from: z.string().nullable(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type']),
  /** Lines; null where git calls it binary. */
  additions: z.int().nullable(),
  deletions: z.int().nullable(),
  /** As `git diff` prints it, without secrets; null where it is not shown. */
  patch: z.string().nullable(),
  /** Why it is not shown. */
  withheld: z.enum(['binary', 'large', 'secret']).nullable(),
});
export type FileChange = z.infer<typeof fileChangeSchema>;

/** What lies between two commits of a mirror. */
export const changesAnswerSchema = z.object({
  files: z.array(fileChangeSchema),
  /** Files beyond those listed. */
  unlisted: z.int(),
  /** Over all files, lines. */
  additions: z.int(),
  deletions: z.int(),
});
export type ChangesAnswer = z.infer<typeof changesAnswerSchema>;

/** Of which mirror, between which commits. */
export const changesAskSchema = z.object({ cloneUrl: z.string(), from: commitSchema, to: commitSchema });

/** The changes of a work item, or of one of its runs: null before the first commit. */
export interface Changes extends ChangesAnswer {
  from: string;
  to: string;
}
