import { z } from 'zod';
import { allowHost } from '../services/settings/repositories/allow-host.ts';
import { getRepository } from '../services/settings/repositories/get-repository.ts';
import { listRepositories } from '../services/settings/repositories/list-repositories.ts';
import { lookIntoRepository } from '../services/settings/repositories/look-into-repository.ts';
import { removeRepository, saveRepository } from '../services/settings/repositories/save-repository.ts';
import { procedure, router } from './trpc.ts';

// The services parse what they get, and their words about a wrong field are shown beside it.
export const repositoriesRouter = router({
  list: procedure.query(({ ctx }) => listRepositories(ctx.services)),
  get: procedure.input(z.unknown()).query(({ ctx, input }) => getRepository(ctx.services, input)),
  save: procedure.input(z.unknown()).mutation(({ ctx, input }) => saveRepository(ctx.services, input)),
  remove: procedure.input(z.unknown()).mutation(({ ctx, input }) => removeRepository(ctx.services, input)),
  allowHost: procedure.input(z.unknown()).mutation(({ ctx, input }) => allowHost(ctx.services, input)),
  look: procedure.input(z.unknown()).mutation(({ ctx, input }) => lookIntoRepository(ctx.services, input)),
});
