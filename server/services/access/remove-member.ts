import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { refuseLoss } from '../../domain/roles.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { lockMember } from './lock-member.ts';
import { recordAudit } from './record-audit.ts';
import { LOCAL_USER } from './sessions.ts';
import { endEmergencyAccess } from './sign-in.ts';

/**
 * Removes a member: his sessions end here and now, open streams included, and the tokens that he made are revoked for good. He stays
 * out, though GitHub says that he may enter, until an admin lets him in again. Whoever came by a link of the machine is out as well, until
 * somebody makes another one there.
 * @throws AppError not_found; conflict for the last admin, and for somebody who is out already
 */
export async function removeMember(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authoriseAdmin(ctx);
  if (id === LOCAL_USER.id && !ctx.config.localMode) return endEmergencyAccess(ctx);
  await ctx.db.$transaction(async (tx) => {
    const member = await lockMember(tx, id);
    if (member.removedAt) throw new AppError('conflict', `${member.name} was removed already.`);
    const refusal = refuseLoss(member);
    if (refusal) throw new AppError('conflict', refusal);
    await tx.user.update({ where: { id }, data: { removedAt: ctx.now() } });
    await tx.session.deleteMany({ where: { userId: id } });
    const tokens = await tx.apiToken.updateMany({ where: { makerId: id, revokedAt: null }, data: { revokedAt: ctx.now() } });
    const revoked = tokens.count > 0 ? `; ${tokens.count} tokens of his were revoked` : '';
    await recordAudit(tx, ctx, { action: 'member.removed', from: member.role, why: `${member.name} was removed${revoked}` });
    await notify(tx, { kind: 'access' });
  });
}
