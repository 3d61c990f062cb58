import type { AuditAction } from '../../contracts/audit-actions.ts';
import type { Db, Tx } from '../../db/client.ts';
import { actorName, type Ctx } from '../context.ts';

export interface Act {
  /** What was done, dotted by subject. */
  action: AuditAction;
  workItemId?: string;
  runId?: string;
  from?: string;
  to?: string;
  /** One sentence for people; never a secret. */
  why?: string;
}

/** Writes the audit row of an act, in the transaction of the act itself. */
export async function recordAudit(tx: Tx | Db, ctx: Ctx, act: Act): Promise<void> {
  await tx.audit.create({ data: { at: ctx.now(), actor: actorName(ctx.actor), fromWhere: ctx.fromWhere ?? null, ...act } });
}
