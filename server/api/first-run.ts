import { z } from 'zod';
import { getFirstRun } from '../services/status/get-first-run.ts';
import { prepareDemo, submitDemo } from '../services/work/submit-demo.ts';
import { procedure, router } from './trpc.ts';

export const firstRunRouter = router({
  get: procedure.query(({ ctx }) => getFirstRun(ctx.services)),
  prepareDemo: procedure.mutation(({ ctx }) => prepareDemo(ctx.services)),
  submitDemo: procedure.input(z.unknown()).mutation(({ ctx, input }) => submitDemo(ctx.services, input)),
});
