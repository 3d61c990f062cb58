import { checkHealth, checkHealthSchema } from '../services/settings/check-health.ts';
import { getHealth } from '../services/settings/get-health.ts';
import { procedure, router } from './trpc.ts';

export const healthRouter = router({
  get: procedure.query(({ ctx }) => getHealth(ctx.services)),
  check: procedure.input(checkHealthSchema).mutation(({ ctx, input }) => checkHealth(ctx.services, input)),
});
