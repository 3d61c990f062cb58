import { limitsSchema, type LimitsView, setLimitSchema } from '../../contracts/settings.ts';
import { Prisma } from '../../db/client.ts';
import { notify } from '../../db/notify.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseAdmin } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { getLimits } from './get-limits.ts';

/** Sets a limit for the whole factory, effective at once; without a value the environment's holds again. @throws AppError bad_request with the field */
export async function setLimit(ctx: Ctx, input: unknown): Promise<LimitsView> {
  authoriseAdmin(ctx);
  const { name, value } = parseInput(setLimitSchema, input);
  const before = (await getLimits(ctx)).limits.find((limit) => limit.name === name)?.value ?? null;
  const by = actorName(ctx.actor);
  await ctx.db.$transaction(async (tx) => {
    if (value === undefined) {
      const { count } = await tx.setting.deleteMany({ where: { key: name } });
      if (count === 0) return; // the environment's holds already: nothing was changed
    } else {
      const wanted = parseInput(limitsSchema.pick({ [name]: true } as Record<typeof name, true>), { [name]: value })[name];
      const row = { value: wanted === null ? Prisma.JsonNull : wanted, by, at: ctx.now() };
      await tx.setting.upsert({ where: { key: name }, create: { key: name, ...row }, update: row });
    }
    const to = value === undefined ? `${ctx.config.limits[name]} (the environment's)` : JSON.stringify(value);
    await recordAudit(tx, ctx, { action: `limit.${name}`, from: String(before), to });
    await notify(tx, { kind: 'work' });
  });
  return getLimits(ctx);
}
