import { z } from 'zod';
import { getLimits } from '../services/settings/get-limits.ts';
import { pauseFactory, resumeFactory } from '../services/settings/pause-factory.ts';
import { setLimit } from '../services/settings/set-limit.ts';
import { procedure, router } from './trpc.ts';

export const settingsRouter = router({
  limits: procedure.query(({ ctx }) => getLimits(ctx.services)),
  // The services parse these, and their words about a wrong field are shown beside it.
  setLimit: procedure.input(z.unknown()).mutation(({ ctx, input }) => setLimit(ctx.services, input)),
  pause: procedure.input(z.unknown()).mutation(({ ctx, input }) => pauseFactory(ctx.services, input)),
  resume: procedure.mutation(({ ctx }) => resumeFactory(ctx.services)),
});
