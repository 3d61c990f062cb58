import type { Db } from '../../db/client.ts';
import { hashSecret, newSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { LOCAL_USER, openSession, SESSION_LIFE_MS } from './sessions.ts';

const LINK_LIFE_MS = 15 * 60_000;
export const NEW_LINK_COMMAND = 'npm run factory -- login-link';

/**
 * Makes a one-time sign-in link; only its hash is stored.
 * @param madeBy by a start of the factory, or by somebody who asked for it on the machine
 */
export async function createLoginLink(ctx: Ctx, { madeBy }: { madeBy: 'start' | 'command' }): Promise<{ secret: string; expiresAt: Date }> {
  if (ctx.actor.kind !== 'cli') throw new AppError('forbidden', 'Sign-in links are made on the machine itself.');
  const secret = newSecret('fln');
  const expiresAt = new Date(ctx.now().getTime() + LINK_LIFE_MS);
  await ctx.db.loginLink.deleteMany({ where: { expiresAt: { lt: new Date(ctx.now().getTime() - SESSION_LIFE_MS) } } });
  await ctx.db.loginLink.create({ data: { hash: hashSecret(secret), expiresAt, madeBy, createdAt: ctx.now() } });
  return { secret, expiresAt };
}

/**
 * Spends a sign-in link and opens a session of the person at this machine, an admin.
 * @param localMode without it only a link that somebody asked for on the machine opens anything
 * @throws AppError unauthorized where it is unknown, spent or over 15 minutes old
 */
export async function redeemLoginLink(
  db: Db,
  { secret, localMode, now }: { secret: string; localMode: boolean; now: Date },
): Promise<{ sessionSecret: string; expiresAt: Date }> {
  return db.$transaction(async (tx) => {
    const good = { hash: hashSecret(secret), usedAt: null, expiresAt: { gt: now }, ...(localMode ? {} : { madeBy: 'command' }) };
    const { count } = await tx.loginLink.updateMany({ where: good, data: { usedAt: now } });
    if (count === 0)
      throw new AppError('unauthorized', `This sign-in link was used already or is over 15 minutes old. Make a new one with: ${NEW_LINK_COMMAND}`);
    const here = { role: 'admin', seenAt: now };
    await tx.user.upsert({ where: { id: LOCAL_USER.id }, create: { ...LOCAL_USER, ...here, createdAt: now }, update: here });
    const { madeBy } = await tx.loginLink.findUniqueOrThrow({ where: { hash: good.hash }, select: { madeBy: true } });
    return openSession(tx, { userId: LOCAL_USER.id, link: madeBy, now });
  });
}
