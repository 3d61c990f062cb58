import { z } from 'zod';
import { askLearningsFile, getAskedLearningsFile } from '../services/learnings/ask-learnings-file.ts';
import { changeLearnings, deleteLearnings, editLearning, mergeLearnings } from '../services/learnings/change-learnings.ts';
import { getLearningsStatus } from '../services/learnings/embedding-status.ts';
import { exportLearnings, importLearnings } from '../services/learnings/exchange-learnings.ts';
import { findLearnings } from '../services/learnings/find-learnings.ts';
import { getLearning } from '../services/learnings/get-learning.ts';
import { listWorkLearnings } from '../services/learnings/list-work-learnings.ts';
import { getProposedLearnings, proposeLearnings } from '../services/learnings/propose-learnings.ts';
import { writeLearning } from '../services/learnings/write-learning.ts';
import { procedure, router } from './trpc.ts';

// The services parse what they are given, and their words about a wrong field are shown beside it.
export const learningsRouter = router({
  find: procedure.input(z.unknown()).query(({ ctx, input }) => findLearnings(ctx.services, input)),
  status: procedure.query(({ ctx }) => getLearningsStatus(ctx.services)),
  get: procedure.input(z.unknown()).query(({ ctx, input }) => getLearning(ctx.services, input)),
  ofWork: procedure.input(z.unknown()).query(({ ctx, input }) => listWorkLearnings(ctx.services, input)),
  export: procedure.input(z.unknown()).query(({ ctx, input }) => exportLearnings(ctx.services, input)),
  write: procedure.input(z.unknown()).mutation(({ ctx, input }) => writeLearning(ctx.services, input)),
  change: procedure.input(z.unknown()).mutation(({ ctx, input }) => changeLearnings(ctx.services, input)),
  edit: procedure.input(z.unknown()).mutation(({ ctx, input }) => editLearning(ctx.services, input)),
  merge: procedure.input(z.unknown()).mutation(({ ctx, input }) => mergeLearnings(ctx.services, input)),
  delete: procedure.input(z.unknown()).mutation(({ ctx, input }) => deleteLearnings(ctx.services, input)),
  import: procedure.input(z.unknown()).mutation(({ ctx, input }) => importLearnings(ctx.services, input)),
  askFile: procedure.input(z.unknown()).mutation(({ ctx, input }) => askLearningsFile(ctx.services, input)),
  askedFile: procedure.input(z.unknown()).query(({ ctx, input }) => getAskedLearningsFile(ctx.services, input)),
  propose: procedure.input(z.unknown()).mutation(({ ctx, input }) => proposeLearnings(ctx.services, input)),
  proposed: procedure.input(z.unknown()).query(({ ctx, input }) => getProposedLearnings(ctx.services, input)),
});
