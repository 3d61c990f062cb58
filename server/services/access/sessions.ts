import { roleSchema } from '../../contracts/access.ts';
import type { Db, Tx } from '../../db/client.ts';
import { hashSecret, newSecret } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import type { Actor } from '../context.ts';

/** Everyone who comes by the local link is the one person at this machine. */
export const LOCAL_USER = { id: 'local', name: 'local' };
export const SESSION_LIFE_MS = 30 * 86_400_000;
/** Shorter, since no token of his is kept to ask GitHub meanwhile whether somebody may still enter: it is asked again at the next sign-in. */
export const GITHUB_SESSION_LIFE_MS = 7 * 86_400_000;

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
 * @param by.localMode without it a link that the start printed has opened nothing that holds
 */
export async function authenticateSession(
  db: Db,
  secret: string,
  { localMode, now }: { localMode: boolean; now: Date },
): Promise<Extract<Actor, { kind: 'person' }> | null> {
  const session = await db.session.findUnique({ where: { hash: hashSecret(secret) }, include: { user: true } });
  if (!session || session.expiresAt <= now || session.user.removedAt) return null;
  if (!localMode && session.user.id === LOCAL_USER.id && session.link !== 'command') return null;
  return { kind: 'person', id: session.user.id, name: session.user.name, role: roleSchema.parse(session.user.role) };
}

/** Signs out; what this session watches ends at once. */
export async function endSession(db: Db, secret: string): Promise<void> {
  const { count } = await db.session.deleteMany({ where: { hash: hashSecret(secret) } });
  if (count > 0) await notify(db, { kind: 'access' });
}
