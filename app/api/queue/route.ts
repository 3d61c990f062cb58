import { queueSchema } from '../../../server/contracts/rest.ts';
import { getQueue } from '../../../server/services/status/get-queue.ts';
import { answer, route } from '../rest.ts';

export const GET = route(async ({ ctx }) => answer(queueSchema, await getQueue(ctx)));
