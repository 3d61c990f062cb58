import { type z } from 'zod';
import type { supervisorFactsSchema } from '../../contracts/rest.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

export interface Beat {
  host: string;
  pid: number;
  runtime: string;
  engineId: string;
  startedAt: Date;
  gatewayUpSince: Date | null;
  facts: z.input<typeof supervisorFactsSchema>;
}

/** The supervisor lives, and this is what it knows of itself. */
export async function supervisorBeat(ctx: Ctx, beat: Beat): Promise<void> {
  const id = authoriseSupervisor(ctx);
  const data = { ...beat, beatAt: ctx.now() };
  await ctx.db.supervisor.upsert({ where: { id }, create: { id, ...data }, update: data });
}
