import { z } from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { roleSchema } from '../../contracts/access.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { refuseLoss } from '../../domain/roles.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { lockMember } from './lock-member.ts';
import { recordAudit } from './record-audit.ts';
import { LOCAL_USER } from './sessions.ts';

export const setMemberRoleSchema = z.object({ id: idSchema, role: roleSchema });

/** Gives a member another role; it holds from his next request on. @throws AppError not_found; conflict for the last admin */
export async function setMemberRole(ctx: Ctx, input: z.input<typeof setMemberRoleSchema>): Promise<void> {
  authoriseAdmin(ctx);
  const { id, role } = parseInput(setMemberRoleSchema, input);
  if (id === LOCAL_USER.id) throw new AppError('conflict', 'Whoever has a sign-in link of the machine is its admin: remove him to end that.');
  await ctx.db.$transaction(async (tx) => {
    const member = await lockMember(tx, id);
    if (member.removedAt) throw new AppError('conflict', `${member.name} was removed.`);
    if (member.role === role) return;
    const refusal = role === 'admin' ? null : refuseLoss(member);
    if (refusal) throw new AppError('conflict', refusal);
    await tx.user.update({ where: { id }, data: { role } });
    await recordAudit(tx, ctx, { action: 'member.role', from: member.role, to: role, why: `${member.name}: ${member.role} → ${role}` });
    await notify(tx, { kind: 'access' });
  });
}
