import { AppError } from '../../domain/app-error.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { lockMember } from './lock-member.ts';
import { recordAudit } from './record-audit.ts';

/** Lets somebody in again who was removed: he signs in anew, with the role he had, and makes new tokens. @throws AppError not_found; conflict */
export async function restoreMember(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authoriseAdmin(ctx);
  await ctx.db.$transaction(async (tx) => {
    const member = await lockMember(tx, id);
    if (!member.removedAt) throw new AppError('conflict', `${member.name} is a member.`);
    await tx.user.update({ where: { id }, data: { removedAt: null } });
    await recordAudit(tx, ctx, { action: 'member.restored', to: member.role, why: `${member.name} may enter again` });
  });
}
