import type { Db } from '../../db/client.ts';
import { hashSecret, newSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Actor, Ctx } from '../context.ts';

const LINK_LIFE_MS = 15 * 60_000;
const SESSION_LIFE_MS = 30 * 86_400_000;
/** Everyone who comes by the local link is the one person at this machine. */
const LOCAL_USER = { id: 'local', name: 'local' };
export const NEW_LINK_COMMAND = 'npm run factory -- login-link';

/** Makes a one-time sign-in link; only its hash is stored. */
export async function createLoginLink(ctx: Ctx): Promise<{ secret: string; expiresAt: Date }> {
  if (ctx.actor.kind !== 'cli') throw new AppError('forbidden', 'Sign-in links are made on the machine itself.');
  const secret = newSecret('fln');
  const expiresAt = new Date(ctx.now().getTime() + LINK_LIFE_MS);
  await ctx.db.loginLink.deleteMany({ where: { expiresAt: { lt: new Date(ctx.now().getTime() - SESSION_LIFE_MS) } } });
  await ctx.db.loginLink.create({ data: { hash: hashSecret(secret), expiresAt, createdAt: ctx.now() } });
  return { secret, expiresAt };
}

/**
 * Spends a sign-in link and opens a session.
 * @throws AppError unauthorized where it is unknown, spent or over 15 minutes old
 */
export async function redeemLoginLink(db: Db, { secret, now }: { secret: string; now: Date }): Promise<{ sessionSecret: string; expiresAt: Date }> {
  return db.$transaction(async (tx) => {
    const { count } = await tx.loginLink.updateMany({ where: { hash: hashSecret(secret), usedAt: null, expiresAt: { gt: now } }, data: { usedAt: now } });
    if (count === 0)
      throw new AppError('unauthorized', `This sign-in link was used already or is over 15 minutes old. Make a new one with: ${NEW_LINK_COMMAND}`);
    const sessionSecret = newSecret('fss');
    const expiresAt = new Date(now.getTime() + SESSION_LIFE_MS);
    await tx.user.upsert({ where: { id: LOCAL_USER.id }, create: LOCAL_USER, update: {} });
    await tx.session.deleteMany({ where: { expiresAt: { lt: now } } });
    await tx.session.create({ data: { hash: hashSecret(sessionSecret), userId: LOCAL_USER.id, expiresAt, createdAt: now } });
    return { sessionSecret, expiresAt };
  });
}

/** Who a session cookie is; null where it is unknown or over. */
export async function authenticateSession(db: Db, secret: string, now: Date): Promise<Actor | null> {
  const session = await db.session.findUnique({ where: { hash: hashSecret(secret) }, include: { user: true } });
  if (!session || session.expiresAt <= now) return null;
  return { kind: 'person', id: session.user.id, name: session.user.name };
}

/** Signs out. */
export async function endSession(db: Db, secret: string): Promise<void> {
  await db.session.deleteMany({ where: { hash: hashSecret(secret) } });
}
