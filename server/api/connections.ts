import { z } from 'zod';
import { getConnections } from '../services/settings/get-connections.ts';
import { clearCredential, setCredential } from '../services/settings/set-credential.ts';
import { testConnection } from '../services/settings/test-connection.ts';
import { procedure, router } from './trpc.ts';

export const connectionsRouter = router({
  get: procedure.query(({ ctx }) => getConnections(ctx.services)),
  // The services parse these, and their words about a wrong field are shown beside it.
  set: procedure.input(z.unknown()).mutation(({ ctx, input }) => setCredential(ctx.services, input)),
  clear: procedure.input(z.unknown()).mutation(({ ctx, input }) => clearCredential(ctx.services, input)),
  test: procedure.input(z.unknown()).mutation(({ ctx, input }) => testConnection(ctx.services, input)),
});
