import type { AuditView } from '../../../contracts/access.ts';
import { AppError } from '../../../domain/app-error.ts';
import { authoriseView } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';

/** An item that was moved more often shows its newest moves. */
const ROWS_MAX = 500;

/** As the audit log has it, but for the address, which is an admin's to see. */
export type WorkHistoryRow = Omit<AuditView, 'fromWhere' | 'workItemId' | 'title'>;

/** What was done with a work item and by whom, newest first. @throws AppError not_found */
export async function listWorkHistory(ctx: Ctx, { id }: { id: string }): Promise<WorkHistoryRow[]> {
  authoriseView(ctx);
  const item = await ctx.db.workItem.findUnique({ where: { id }, select: { id: true } });
  if (!item) throw new AppError('not_found', `There is no work item ${id.slice(0, 64)}.`);
  const rows = await ctx.db.audit.findMany({ where: { workItemId: id }, orderBy: { id: 'desc' }, take: ROWS_MAX });
  return rows.map(({ id: row, at, actor: who, action, from, to, why }) => ({ id: row, at: at.toISOString(), who, action, from, to, why }));
}
