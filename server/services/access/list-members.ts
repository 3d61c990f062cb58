import { type MemberView, roleSchema } from '../../contracts/access.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Everybody who signed in with GitHub, those who were removed last. */
export async function listMembers(ctx: Ctx): Promise<MemberView[]> {
  authoriseAdmin(ctx);
  const users = await ctx.db.user.findMany({
    where: { githubId: { not: null } },
    orderBy: [{ removedAt: { sort: 'asc', nulls: 'first' } }, { createdAt: 'asc' }],
  });
  return users.map(({ id, name, role, createdAt, seenAt, removedAt }) => ({
    ...{ id, name, role: roleSchema.parse(role) },
    ...{ joinedAt: createdAt.toISOString(), seenAt: seenAt?.toISOString() ?? null, removedAt: removedAt?.toISOString() ?? null },
  }));
}
