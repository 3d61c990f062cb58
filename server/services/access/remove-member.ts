import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { refuseLoss } from '../../domain/roles.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { lockMember } from './lock-member.ts';
import { recordAudit } from './record-audit.ts';

/**
 * Removes a member: his sessions end here and now, open streams included, and the tokens that he made open nothing any more. He stays
 * out, though GitHub says that he may enter, until an admin lets him in again.
 * @throws AppError not_found; conflict for the last admin, and for somebody who is out already
 */
export async function removeMember(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authoriseAdmin(ctx);
  await ctx.db.$transaction(async (tx) => {
    const member = await lockMember(tx, id);
    if (member.removedAt) throw new AppError('conflict', `${member.name} was removed already.`);
    const refusal = refuseLoss(member);
    if (refusal) throw new AppError('conflict', refusal);
    await tx.user.update({ where: { id }, data: { removedAt: ctx.now() } });
    await tx.session.deleteMany({ where: { userId: id } });
    await recordAudit(tx, ctx, { action: 'member.removed', from: member.role, why: `${member.name} was removed` });
    await notify(tx, { kind: 'access' });
  });
}
