import { workersSchema } from '../../../server/contracts/rest.ts';
import { listWorkers } from '../../../server/services/runs/list-workers.ts';
import { answer, route } from '../rest.ts';

export const GET = route(async ({ ctx }) => answer(workersSchema, await listWorkers(ctx)));
