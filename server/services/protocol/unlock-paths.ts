import { type z } from 'zod';
import type { unlockRequestSchema } from '../../contracts/worker-protocol.ts';
import { authoriseRun } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Gives back leases of the run: those of the paths, or all. */
export async function unlockPaths(ctx: Ctx, { paths }: z.output<typeof unlockRequestSchema>): Promise<void> {
  const { runId } = authoriseRun(ctx);
  await ctx.db.lease.deleteMany({ where: { runId, ...(paths ? { path: { in: paths } } : {}) } });
}
