import { z } from 'zod';
import { killWorker } from '../../../../../server/services/runs/kill-worker.ts';
import { answer, route } from '../../../rest.ts';

const killedSchema = z.object({ id: z.string(), workItemId: z.string() });

export const POST = route(async ({ ctx, params }) => answer(killedSchema, await killWorker(ctx, { id: params.id ?? '' })));
