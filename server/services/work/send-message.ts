import { sendMessageSchema, type WorkItemView, workItemStateSchema } from '../../contracts/rest.ts';
import { newId } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { redact } from '../../domain/redaction.ts';
import { CHANGEABLE_STATES } from '../../domain/work/states.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseSteer } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { appendEvents, factoryEvent } from '../events/append-events.ts';
import { parseInput } from '../parse-input.ts';
import { getWorkItem } from './read/get-work-item.ts';

/**
 * A word to whoever works on the item: it stands in the prompt of the next iteration, of this run or of the one that follows.
 * @throws AppError not_found, bad_request with the field; conflict with the state where nothing will work on it again by itself
 */
export async function sendMessage(ctx: Ctx, input: { id: string; message: unknown }): Promise<WorkItemView> {
  authoriseSteer(ctx);
  const { id } = input;
  const text = redact(parseInput(sendMessageSchema, input.message).text);
  const now = ctx.now();
  const author = actorName(ctx.actor);
  await ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM work_item WHERE id = ${id} FOR UPDATE`;
    const item = await tx.workItem.findUnique({ where: { id }, select: { state: true } });
    if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
    const state = workItemStateSchema.parse(item.state);
    if (!CHANGEABLE_STATES.some((each) => each === state)) throw new AppError('conflict', `Nobody would read it: the work item is ${state}.`, { state });
    await tx.message.create({ data: { id: newId(), workItemId: id, author, text, at: now } });
    await appendEvents(tx, { workItemId: id, runId: null, events: [factoryEvent('order', `message from ${author}: ${text}`, now)] });
    await recordAudit(tx, ctx, { action: 'message', workItemId: id, why: text.slice(0, 200) });
    await notify(tx, { kind: 'moved', items: [id] });
  });
  return getWorkItem(ctx, { id });
}
