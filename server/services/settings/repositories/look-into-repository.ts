import { z } from 'zod';
import { nameSchema } from '../../../contracts/ids.ts';
import { AppError } from '../../../domain/app-error.ts';
import { authoriseSteer } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { askSupervisor, listLiveSupervisors } from '../requests/ask-supervisor.ts';

/** Asks the supervisor that beat last to look into the repository's files for the commands that check it. */
export async function lookIntoRepository(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { name } = parseInput(z.object({ name: nameSchema }), input);
  const [supervisor] = await listLiveSupervisors(ctx);
  if (!supervisor) throw new AppError('unavailable', 'No supervisor lives that could look: start one with npm start.');
  return askSupervisor(ctx, { kind: 'look_into_repository', name, supervisorId: supervisor.id });
}
