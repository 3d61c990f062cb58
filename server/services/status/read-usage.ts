import type { Db, Tx } from '../../db/client.ts';
import { startOfDay } from '../../domain/today.ts';

export interface Usage {
  /** Iterations granted today. */
  iterationsToday: number;
  /** USD of the model calls of today; what is under way counts with its reservation. */
  usdToday: number;
}

/** What was used since the local midnight. */
export async function readUsage(db: Db | Tx, { now, timeZone }: { now: Date; timeZone: string }): Promise<Usage> {
  const since = startOfDay(now, timeZone);
  const iterationsToday = await db.iteration.count({ where: { grantedAt: { gte: since } } });
  const rows = await db.$queryRaw<{ usd: number }[]>`
    SELECT COALESCE(SUM(COALESCE(cost_usd, reserved_usd)), 0)::float8 AS usd FROM model_call WHERE started_at >= ${since}`;
  return { iterationsToday, usdToday: rows[0]?.usd ?? 0 };
}
