import { authoriseRun } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

/** Hosts that the settings of the run's repository let its workers reach, as EGRESS_ALLOW names them. */
export async function readRepositoryEgress(ctx: Ctx): Promise<string[]> {
  const { runId } = authoriseRun(ctx);
  const run = await ctx.db.run.findUnique({ where: { id: runId }, select: { workItem: { select: { repo: true } } } });
  const repository = run && (await ctx.db.repositorySettings.findUnique({ where: { name: run.workItem.repo }, select: { egressAllow: true } }));
  return repository?.egressAllow ?? [];
}
