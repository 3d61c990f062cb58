import { type MemberView, roleSchema } from '../../contracts/access.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Ctx } from '../context.ts';
import { isEmergency, LOCAL_USER } from './sessions.ts';

/** Everybody who signed in with GitHub, those who were removed last; and while he is in, who came by a link of the machine. */
export async function listMembers(ctx: Ctx): Promise<MemberView[]> {
  authoriseAdmin(ctx);
  const users = await ctx.db.user.findMany({
    where: { githubId: { not: null } },
    orderBy: [{ removedAt: { sort: 'asc', nulls: 'first' } }, { createdAt: 'asc' }],
  });
  return [...(await atTheMachine(ctx)), ...users.map(view)];
}

/** Beside a team his session is for emergencies: admins see it, and end it by removing him. */
async function atTheMachine(ctx: Ctx): Promise<MemberView[]> {
  if (ctx.config.localMode) return [];
  const user = await ctx.db.user.findUnique({ where: { id: LOCAL_USER.id }, include: { sessions: true } });
  return user?.sessions.some((session) => isEmergency(session, ctx.now())) ? [view({ ...user, name: `${user.name}, by a sign-in link` })] : [];
}

function view({ id, name, role, createdAt, seenAt, removedAt }: User): MemberView {
  return {
    ...{ id, name, role: roleSchema.parse(role) },
    ...{ joinedAt: createdAt.toISOString(), seenAt: seenAt?.toISOString() ?? null, removedAt: removedAt?.toISOString() ?? null },
  };
}

type User = { id: string; name: string; role: string; createdAt: Date; seenAt: Date | null; removedAt: Date | null };
