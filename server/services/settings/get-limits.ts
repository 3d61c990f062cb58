import { type LimitName, type LimitsView, limitsSchema, type LimitView } from '../../contracts/settings.ts';
import { authoriseView } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { PAUSE_KEY, pauseValueSchema, readLimits } from './read-limits.ts';

/** Every limit with where its value comes from, and the pause. */
export async function getLimits(ctx: Ctx): Promise<LimitsView> {
  authoriseView(ctx);
  const { limits } = await readLimits(ctx.db, ctx.config.limits);
  const rows = await ctx.db.setting.findMany();
  const setBy = (key: string) => {
    const row = rows.find((each) => each.key === key);
    return row ? { by: row.by, at: row.at.toISOString() } : null;
  };
  const names = Object.keys(limitsSchema.shape) as LimitName[];
  const view = (name: LimitName): LimitView => ({ name, value: limits[name], fallback: ctx.config.limits[name], set: setBy(name) });
  const paused = rows.find((row) => row.key === PAUSE_KEY);
  return {
    limits: names.map(view),
    pause: paused ? { by: paused.by, at: paused.at.toISOString(), ...pauseValueSchema.parse(paused.value) } : null,
  };
}
