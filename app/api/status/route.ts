import { statusSchema } from '../../../server/contracts/rest.ts';
import { getStatus } from '../../../server/services/status/get-status.ts';
import { answer, route } from '../rest.ts';

export const GET = route(async ({ ctx }) => answer(statusSchema, await getStatus(ctx)));
