import { roleSchema } from '../../contracts/access.ts';
import type { Db, Tx } from '../../db/client.ts';
import { hashSecret, newSecret } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import type { Actor, Ctx } from '../context.ts';
import { recordAudit } from './record-audit.ts';

/** Everyone who comes by the local link is the one person at this machine. */
export const LOCAL_USER = { id: 'local', name: 'local' };
export const SESSION_LIFE_MS = 30 * 86_400_000;
/** Shorter, since no token of his is kept to ask GitHub meanwhile whether somebody may still enter: it is asked again at the next sign-in. */
export const GITHUB_SESSION_LIFE_MS = 7 * 86_400_000;

/** Where people sign in with GitHub, the link of the machine is for who locked himself out: time enough to let somebody in. */
export const EMERGENCY_LIFE_MS = 3_600_000;

/** Opens a session. Only the hash of its secret is stored. */
export async function openSession(
  tx: Tx | Db,
  {
    userId,
    secret = newSecret('fss'),
    lifeMs = SESSION_LIFE_MS,
    link = null,
    now,
  }: { userId: string; secret?: string; lifeMs?: number; link?: string | null; now: Date },
) {
  const expiresAt = new Date(now.getTime() + lifeMs);
  await tx.session.deleteMany({ where: { expiresAt: { lt: now } } });
  await tx.session.create({ data: { hash: hashSecret(secret), userId, link, expiresAt, createdAt: now } });
  return { sessionSecret: secret, expiresAt };
}

/**
 * Who a session cookie is; null where it is unknown or over, or its person was removed.
 * @param by.localMode without it a link that the start printed has opened nothing that holds, and one that was asked for only an hour
 */
export async function authenticateSession(
  db: Db,
  secret: string,
  { localMode, now }: { localMode: boolean; now: Date },
): Promise<Extract<Actor, { kind: 'person' }> | null> {
  const session = await db.session.findUnique({ where: { hash: hashSecret(secret) }, include: { user: true } });
  if (!session || session.expiresAt <= now || session.user.removedAt) return null;
  if (!localMode && session.user.id === LOCAL_USER.id && !isEmergency(session, now)) return null;
  return { kind: 'person', id: session.user.id, name: session.user.name, role: roleSchema.parse(session.user.role) };
}

/** Does a session of the person at this machine hold beside a team? */
export function isEmergency({ link, createdAt, expiresAt }: { link: string | null; createdAt: Date; expiresAt: Date }, now: Date): boolean {
  return link === 'command' && expiresAt > now && createdAt.getTime() + EMERGENCY_LIFE_MS > now.getTime();
}

/** Signs out; what this session watches ends at once. */
export async function endSession(base: Omit<Ctx, 'actor'>, secret: string): Promise<void> {
  await base.db.$transaction(async (tx) => {
    const session = await tx.session.findUnique({ where: { hash: hashSecret(secret) }, include: { user: true } });
    if (!session) return;
    const { count } = await tx.session.deleteMany({ where: { hash: session.hash } });
    if (count === 0) return; // by another request, at this moment
    const { id, name, role } = session.user;
    const ctx: Ctx = { ...base, actor: { kind: 'person', id, name, role: roleSchema.parse(role) } };
    await recordAudit(tx, ctx, { action: 'sign-out', why: `${name} signed out` });
    await notify(tx, { kind: 'access' });
  });
}
