import { killedSchema } from '../../../../../server/contracts/rest.ts';
import { killWorker } from '../../../../../server/services/runs/kill-worker.ts';
import { answer, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, params }) => answer(killedSchema, await killWorker(ctx, { id: params.id ?? '' })));
