import { workItemSchema } from '../../../../../server/contracts/rest.ts';
import { sendMessage } from '../../../../../server/services/work/send-message.ts';
import { answer, readJson, route } from '../../../rest.ts';

export const POST = route(async ({ ctx, request, params }) =>
  answer(workItemSchema, await sendMessage(ctx, { id: params.id ?? '', message: await readJson(request) }), 201),
);
