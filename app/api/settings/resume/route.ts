import { limitsViewSchema } from '../../../../server/contracts/settings.ts';
import { resumeFactory } from '../../../../server/services/settings/pause-factory.ts';
import { answer, route } from '../../rest.ts';

export const POST = route(async ({ ctx }) => answer(limitsViewSchema, await resumeFactory(ctx)));
