import { type Role, roleSchema } from '../../contracts/access.ts';
import type { Tx } from '../../db/client.ts';
import { lockMembers } from '../../db/locks.ts';
import { AppError } from '../../domain/app-error.ts';

export interface LockedMember {
  id: string;
  name: string;
  role: Role;
  removedAt: Date | null;
  /** Who could come in: not removed, and not refused as one who left the organisation. */
  otherAdmins: number;
}

/** A member of the team, with nobody else changing who is admin until the transaction ends. @throws AppError not_found */
export async function lockMember(tx: Tx, id: string): Promise<LockedMember> {
  await lockMembers(tx);
  const user = await tx.user.findUnique({ where: { id } });
  if (!user?.githubId) throw new AppError('not_found', 'There is no such member.');
  const otherAdmins = await tx.user.count({ where: { id: { not: id }, githubId: { not: null }, role: 'admin', removedAt: null, leftAt: null } });
  return { id, name: user.name, role: roleSchema.parse(user.role), removedAt: user.removedAt, otherAdmins };
}
