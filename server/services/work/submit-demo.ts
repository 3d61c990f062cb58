import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { demoAnswerSchema } from '../../contracts/supervisor-requests.ts';
import { AppError } from '../../domain/app-error.ts';
import { DEMO } from '../../domain/demo.ts';
import { authoriseSteer } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { askSupervisor, listLiveSupervisors } from '../settings/requests/ask-supervisor.ts';
import { createWorkItem } from './create-work-item.ts';

/** Asks the supervisor that beat last for the demo's repository: it lies in its DATA_DIR. */
export async function prepareDemo(ctx: Ctx): Promise<{ id: string }> {
  authoriseSteer(ctx);
  if (!ctx.config.localMode) throw new AppError('bad_request', 'The demo’s repository is a folder, and those are taken only in local mode.');
  const [supervisor] = await listLiveSupervisors(ctx);
  if (!supervisor) throw new AppError('unavailable', 'No supervisor lives that could do the demo: start one with npm start.');
  return askSupervisor(ctx, { kind: 'prepare_demo', supervisorId: supervisor.id });
}

/**
 * Submits the demo once its repository is there; the same request submitted again is the same work item.
 * @throws AppError not_ready while the supervisor has not answered
 */
export async function submitDemo(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  authoriseSteer(ctx);
  const { id } = parseInput(z.object({ id: idSchema }), input);
  const request = await ctx.db.supervisorRequest.findUnique({ where: { id } });
  if (request?.kind !== 'prepare_demo') throw new AppError('not_found', 'This demo was not asked for.');
  if (request.state !== 'done') throw new AppError('not_ready', 'The demo’s repository is not there yet.');
  const { repo } = demoAnswerSchema.parse(request.answer);
  const { item } = await createWorkItem(ctx, { ...DEMO, source: 'demo', sourceId: id, repo });
  return { id: item.id };
}
