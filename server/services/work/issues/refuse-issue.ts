import { authoriseSupervisor } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

/** Writes down once why a labelled issue becomes no work item; false where that very reason is written already. */
export async function refuseIssue(ctx: Ctx, input: { sourceId: string; login: string; reason: string }): Promise<boolean> {
  authoriseSupervisor(ctx);
  const row = { actor: `github ${input.login}`, action: 'issue.refused', why: `${input.sourceId}: ${input.reason}` };
  if (await ctx.db.audit.findFirst({ where: row, select: { id: true } })) return false;
  await ctx.db.audit.create({ data: row });
  return true;
}
