import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { authoriseAdmin, authoriseSteer } from '../authorise.ts';
import type { Act } from '../access/record-audit.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor } from './requests/ask-supervisor.ts';

export const checkHealthSchema = z.object({ supervisorId: idSchema, fix: z.boolean().default(false) });

/** Asks a supervisor for its machine's health; an admin may have it do what is safe first. */
export async function checkHealth(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { supervisorId, fix } = parseInput(checkHealthSchema, input);
  if (fix) authoriseAdmin(ctx);
  const act: Act | undefined = fix ? { action: 'health.fix', why: `supervisor ${supervisorId} does what doctor --fix does` } : undefined;
  return askSupervisor(ctx, { kind: 'health', fix, supervisorId }, act);
}
