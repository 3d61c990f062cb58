import type { Db, Tx } from '../../db/client.ts';
import { startOfDay } from '../../domain/today.ts';

export interface Usage {
  /** Iterations granted today. */
  iterationsToday: number;
  /** USD of the model calls of today; what is under way counts with its reservation. */
  usdToday: number;
  /** Of them reserved for calls under way. */
  usdReserved: number;
}

/** What was used since the local midnight. */
export async function readUsage(db: Db | Tx, { now, timeZone }: { now: Date; timeZone: string }): Promise<Usage> {
  const since = startOfDay(now, timeZone);
  const iterationsToday = await db.iteration.count({ where: { grantedAt: { gte: since } } });
  const [row] = await db.$queryRaw<{ usd: number; reserved: number }[]>`
    SELECT COALESCE(SUM(COALESCE(cost_usd, reserved_usd)), 0)::float8 AS usd,
      COALESCE(SUM(reserved_usd) FILTER (WHERE cost_usd IS NULL), 0)::float8 AS reserved FROM model_call WHERE started_at >= ${since}`;
  return { iterationsToday, usdToday: row?.usd ?? 0, usdReserved: row?.reserved ?? 0 };
}
