import { limitsViewSchema } from '../../../../server/contracts/settings.ts';
import { getLimits } from '../../../../server/services/settings/get-limits.ts';
import { setLimit } from '../../../../server/services/settings/set-limit.ts';
import { answer, readJson, route } from '../../rest.ts';

export const GET = route(async ({ ctx }) => answer(limitsViewSchema, await getLimits(ctx)));

/** Sets one limit; without a value the environment's holds again. */
export const PATCH = route(async ({ ctx, request }) => answer(limitsViewSchema, await setLimit(ctx, await readJson(request))));
