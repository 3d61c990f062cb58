import { hashSecret, newSecret } from '../../db/ids.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Ctx } from '../context.ts';
import { recordAudit } from './record-audit.ts';
import { EMERGENCY_LIFE_MS, LOCAL_USER, openSession, SESSION_LIFE_MS } from './sessions.ts';

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
  await ctx.db.$transaction(async (tx) => {
    await tx.loginLink.deleteMany({ where: { expiresAt: { lt: new Date(ctx.now().getTime() - SESSION_LIFE_MS) } } });
    await tx.loginLink.create({ data: { hash: hashSecret(secret), expiresAt, madeBy, createdAt: ctx.now() } });
    const why = madeBy === 'start' ? 'a sign-in link, by a start of the factory' : 'a sign-in link, asked for on the machine';
    await recordAudit(tx, ctx, { action: 'sign-in.link', why });
  });
  return { secret, expiresAt };
}

/**
 * Spends a sign-in link and opens a session of the person at this machine, an admin. Where people sign in with GitHub only a link that
 * somebody asked for on the machine opens anything, and for an hour.
 * @throws AppError unauthorized where it is unknown, spent or over 15 minutes old
 */
export async function redeemLoginLink(base: Omit<Ctx, 'actor'>, { secret }: { secret: string }): Promise<{ sessionSecret: string; expiresAt: Date }> {
  const { localMode } = base.config;
  const now = base.now();
  return base.db.$transaction(async (tx) => {
    const good = { hash: hashSecret(secret), usedAt: null, expiresAt: { gt: now }, ...(localMode ? {} : { madeBy: 'command' }) };
    const { count } = await tx.loginLink.updateMany({ where: good, data: { usedAt: now } });
    if (count === 0)
      throw new AppError('unauthorized', `This sign-in link was used already or is over 15 minutes old. Make a new one with: ${NEW_LINK_COMMAND}`);
    const here = { role: 'admin', seenAt: now };
    await tx.user.upsert({ where: { id: LOCAL_USER.id }, create: { ...LOCAL_USER, ...here, createdAt: now }, update: here });
    const { madeBy } = await tx.loginLink.findUniqueOrThrow({ where: { hash: good.hash }, select: { madeBy: true } });
    const ctx: Ctx = { ...base, actor: { kind: 'person', ...LOCAL_USER, role: 'admin' } };
    await recordAudit(tx, ctx, { action: 'sign-in', to: 'admin', why: 'by a sign-in link of the machine' });
    return openSession(tx, { userId: LOCAL_USER.id, link: madeBy, now, lifeMs: localMode ? SESSION_LIFE_MS : EMERGENCY_LIFE_MS });
  });
}

/** Ends what links of the machine have opened, and the links that nobody has spent yet. @throws AppError not_found where there is nothing */
export async function endEmergencyAccess(ctx: Ctx): Promise<void> {
  await ctx.db.$transaction(async (tx) => {
    const sessions = await tx.session.deleteMany({ where: { userId: LOCAL_USER.id } });
    if (sessions.count === 0) throw new AppError('not_found', 'There is no such member.');
    await tx.loginLink.deleteMany({ where: { usedAt: null } });
    await recordAudit(tx, ctx, { action: 'sign-in.ended', why: 'who came by a sign-in link of the machine is out' });
    await notify(tx, { kind: 'access' });
  });
}
