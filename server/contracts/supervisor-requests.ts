import { z } from 'zod';
import { type ChangesAnswer, changesAskSchema } from './changes.ts';
import { checkSchema } from './health.ts';
import { learningFiltersSchema, learningsFileSchema } from './learnings.ts';

export const connectionKindSchema = z.enum(['github', 'model']);
export type ConnectionKind = z.infer<typeof connectionKindSchema>;

/** As services/learnings: filters, or what a run of a repository may be given. */
const nearestScopeSchema = z.union([z.object({ forRun: z.string() }), learningFiltersSchema]);

/** What the web app may ask a supervisor. */
export const supervisorAskSchema = z.discriminatedUnion('kind', [
  /** The `doctor` list of the supervisor's machine; `fix` does first what is safe. */
  z.object({ kind: z.literal('health'), fix: z.boolean() }),
  /** Does the credential in force work, and for whom? */
  z.object({ kind: z.literal('test_connection'), connection: connectionKindSchema }),
  /** Which commands do the repository's files suggest? */
  z.object({ kind: z.literal('look_into_repository'), name: z.string() }),
  /** What does this issue of GitHub say now? */
  z.object({ kind: z.literal('read_issue'), owner: z.string(), name: z.string(), number: z.int().min(1) }),
  /** Which learnings does the repository's file list? */
  z.object({ kind: z.literal('read_learnings_file'), repo: z.string(), file: learningsFileSchema }),
  /** Commits the approved learnings of a repository to a branch of its own, as a section of the file. `by`: the person who asks. */
  z.object({ kind: z.literal('propose_learnings'), repo: z.string(), file: learningsFileSchema, by: z.string() }),
  /** What lies between two commits of its mirror? Asked as a person looks, and answered apart from the others. */
  changesAskSchema.extend({ kind: z.literal('read_changes') }),
  /** Makes the demo's repository in the supervisor's DATA_DIR. */
  z.object({ kind: z.literal('prepare_demo') }),
  /** Which learnings are nearest in meaning? Asked as a person types, and answered apart from the others. */
  z.object({ kind: z.literal('nearest_learnings'), q: z.string(), scope: nearestScopeSchema, limit: z.int().min(1).max(200) }),
]);
export type SupervisorAsk = z.infer<typeof supervisorAskSchema>;

/** Answers, by kind of question. */
export const healthAnswerSchema = z.object({ fixed: z.array(z.string()), checks: z.array(checkSchema) });
export const connectionAnswerSchema = z.object({ works: z.boolean(), sentence: z.string() });
export const suggestionSchema = z.object({
  setup: z.string().nullable(),
  verify: z.string().nullable(),
  baseBranch: z.string(),
  /** What each was concluded from, in a sentence. */
  because: z.string(),
});
export type Suggestion = z.infer<typeof suggestionSchema>;
/** An issue where GitHub has it now: one that was moved is in another repository than the one asked for. */
export const issueAnswerSchema = z.object({ repo: z.string(), number: z.int(), title: z.string(), body: z.string(), url: z.string() });
/** As importLearnings takes it, and how many there are. */
export const learningsFileAnswerSchema = z.object({ markdown: z.string(), count: z.int() });
/** What was done in a sentence, and the proposal: the one made now, or the one that says the same already. */
export const proposalAnswerSchema = z.object({ sentence: z.string(), proposalId: z.string().nullable() });
/** Path of the demo's repository. */
export const demoAnswerSchema = z.object({ repo: z.string() });
export const nearestAnswerSchema = z.object({ ids: z.array(z.string()), searched: z.string() });
export type SupervisorAnswer =
  | ChangesAnswer
  | z.infer<typeof nearestAnswerSchema>
  | z.infer<typeof healthAnswerSchema>
  | z.infer<typeof connectionAnswerSchema>
  | z.infer<typeof demoAnswerSchema>
  | z.infer<typeof issueAnswerSchema>
  | z.infer<typeof proposalAnswerSchema>
  | z.infer<typeof learningsFileAnswerSchema>
  | Suggestion;

/** A question as the screen follows it. */
export interface RequestView<A> {
  id: string;
  state: 'waiting' | 'answered' | 'failed';
  answer: A | null;
  /** Why there is no answer, in a sentence. */
  error: string | null;
  askedBy: string;
  askedAt: string;
  answeredAt: string | null;
}
