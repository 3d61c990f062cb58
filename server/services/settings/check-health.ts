import { z } from 'zod';
import { authoriseAdmin, authoriseSteer } from '../authorise.ts';
import { recordAudit } from '../access/record-audit.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor } from './ask-supervisor.ts';

export const checkHealthSchema = z.object({ supervisorId: z.string().min(1).max(64), fix: z.boolean().default(false) });

/** Asks a supervisor for its machine's health; an admin may have it do what is safe first. */
export async function checkHealth(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { supervisorId, fix } = parseInput(checkHealthSchema, input);
  if (fix) {
    authoriseAdmin(ctx);
    await ctx.db.$transaction((tx) => recordAudit(tx, ctx, { action: 'health.fix', why: `supervisor ${supervisorId} does what doctor --fix does` }));
  }
  return askSupervisor(ctx, { kind: 'health', fix, supervisorId });
}
