import { limitsViewSchema } from '../../../../server/contracts/settings.ts';
import { pauseFactory } from '../../../../server/services/settings/pause-factory.ts';
import { answer, readOptionalJson, route } from '../../rest.ts';

export const POST = route(async ({ ctx, request }) => answer(limitsViewSchema, await pauseFactory(ctx, (await readOptionalJson(request)) ?? {})));
