import { roleSchema } from '../../contracts/access.ts';
import type { Db } from '../../db/client.ts';
import { newId } from '../../db/ids.ts';
import { lockMembers } from '../../db/locks.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { recordAudit } from './record-audit.ts';

export interface GitHubPerson {
  /** Numeric id on GitHub: a login can change hands. */
  githubId: string;
  login: string;
}

/**
 * Lets somebody in who GitHub says he is and who may enter. The first to enter is admin, later ones are members.
 * @throws AppError forbidden where an admin removed him
 */
export async function enterWithGitHub(base: Omit<Ctx, 'actor'>, { githubId, login }: GitHubPerson): Promise<{ userId: string }> {
  const now = base.now();
  return base.db.$transaction(async (tx) => {
    await lockMembers(tx);
    const known = await tx.user.findUnique({ where: { githubId } });
    if (known?.removedAt) throw new AppError('forbidden', `An admin removed ${login} from this factory: ask one to let you in again.`);
    if (known) {
      await tx.user.update({ where: { id: known.id }, data: { name: login, seenAt: now, leftAt: null } });
      const ctx: Ctx = { ...base, actor: { kind: 'person', id: known.id, name: login, role: roleSchema.parse(known.role) } };
      await recordAudit(tx, ctx, {
        action: 'sign-in',
        to: known.role,
        why: known.leftAt ? 'with GitHub, which lets him in again; his tokens are good again' : 'with GitHub',
      });
      return { userId: known.id };
    }
    const isFirst = (await tx.user.count({ where: { githubId: { not: null } } })) === 0;
    const role = roleSchema.parse(isFirst ? 'admin' : 'member');
    const { id } = await tx.user.create({ data: { id: newId(), name: login, githubId, role, createdAt: now, seenAt: now } });
    const ctx: Ctx = { ...base, actor: { kind: 'person', id, name: login, role } };
    await recordAudit(tx, ctx, { action: 'member.joined', to: role, why: isFirst ? `${login} was the first to enter` : `${login} entered` });
    return { userId: id };
  });
}

/** The person that a GitHub account is here, removed or not. */
export async function findByGitHubId(db: Db, githubId: string): Promise<{ id: string; name: string } | null> {
  return db.user.findUnique({ where: { githubId }, select: { id: true, name: true } });
}
