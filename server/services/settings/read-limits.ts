import { z } from 'zod';
import { limitsSchema } from '../../contracts/settings.ts';
import type { Limits } from '../../contracts/service-config.ts';
import type { Db, Tx } from '../../db/client.ts';

export const PAUSE_KEY = 'pause';
export const pauseValueSchema = z.object({ reason: z.string() });

export interface LimitsInForce {
  limits: Limits;
  /** A person holds all work back; null: nobody does. */
  pause: { reason: string; until: null } | null;
}

/** The limits in force now: what people set, else the environment's. Read in the transaction that decides by them. */
export async function readLimits(db: Db | Tx, environment: Limits): Promise<LimitsInForce> {
  const rows = await db.setting.findMany();
  const set = Object.fromEntries(rows.map((row) => [row.key, row.value]));
  const limits = { ...environment, ...limitsSchema.partial().parse(set) };
  const paused = rows.find((row) => row.key === PAUSE_KEY);
  if (!paused) return { limits, pause: null };
  const { reason } = pauseValueSchema.parse(paused.value);
  return { limits, pause: { reason: `${paused.by} paused the factory${reason === '' ? '' : `: ${reason}`}`, until: null } };
}
