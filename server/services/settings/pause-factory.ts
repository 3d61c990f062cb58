import { type LimitsView, pauseFactorySchema } from '../../contracts/settings.ts';
import { notify } from '../../db/notify.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseAdmin } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { getLimits } from './get-limits.ts';
import { PAUSE_KEY } from './read-limits.ts';

/** Holds all work back: no worker starts, and those that run yield before their next iteration. */
export async function pauseFactory(ctx: Ctx, input: unknown): Promise<LimitsView> {
  authoriseAdmin(ctx);
  const { reason } = parseInput(pauseFactorySchema, input);
  await ctx.db.$transaction(async (tx) => {
    const row = { value: { reason }, by: actorName(ctx.actor), at: ctx.now() };
    await tx.setting.upsert({ where: { key: PAUSE_KEY }, create: { key: PAUSE_KEY, ...row }, update: row });
    await recordAudit(tx, ctx, { action: 'factory.paused', why: reason });
    await notify(tx, { kind: 'work' });
  });
  return getLimits(ctx);
}

/** Lets work go on. */
export async function resumeFactory(ctx: Ctx): Promise<LimitsView> {
  authoriseAdmin(ctx);
  await ctx.db.$transaction(async (tx) => {
    const { count } = await tx.setting.deleteMany({ where: { key: PAUSE_KEY } });
    if (count === 0) return;
    await recordAudit(tx, ctx, { action: 'factory.resumed' });
    await notify(tx, { kind: 'work' });
  });
  return getLimits(ctx);
}
