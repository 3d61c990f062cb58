import type { Db } from '../../db/client.ts';
import { hashSecret, newId, newSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Actor, Ctx } from '../context.ts';

const HOW = 'Make one with: npm run factory -- token create NAME';
/** last_used_at is written at most this often. */
const USED_EVERY_MS = 60_000;

function authoriseCli(ctx: Ctx): void {
  if (ctx.actor.kind !== 'cli') throw new AppError('forbidden', 'API tokens are made on the machine itself, with the factory command.');
}

/** Makes a token for the REST API. It is shown once; only its hash is stored. An older one of the same name is revoked. */
export async function createApiToken(ctx: Ctx, { name }: { name: string }): Promise<{ token: string }> {
  authoriseCli(ctx);
  const clean = name.trim();
  if (!/^[\w .@-]{1,64}$/.test(clean)) throw new AppError('bad_request', 'name: 1 to 64 letters, digits, spaces or . _ @ -', { field: 'name' });
  const token = newSecret('fct');
  await ctx.db.$transaction(async (tx) => {
    await tx.apiToken.deleteMany({ where: { name: clean } });
    await tx.apiToken.create({ data: { id: newId(), name: clean, hash: hashSecret(token), createdAt: ctx.now() } });
  });
  return { token };
}

export async function listApiTokens(ctx: Ctx): Promise<{ name: string; createdAt: Date; lastUsedAt: Date | null; revokedAt: Date | null }[]> {
  authoriseCli(ctx);
  return ctx.db.apiToken.findMany({ select: { name: true, createdAt: true, lastUsedAt: true, revokedAt: true }, orderBy: { createdAt: 'asc' } });
}

/** @throws AppError not_found */
export async function revokeApiToken(ctx: Ctx, { name }: { name: string }): Promise<void> {
  authoriseCli(ctx);
  const { count } = await ctx.db.apiToken.updateMany({ where: { name, revokedAt: null }, data: { revokedAt: ctx.now() } });
  if (count === 0) throw new AppError('not_found', `There is no live token named ${name}.`);
}

/**
 * Who a bearer token is.
 * @param token null where the request had none
 * @throws AppError unauthorized, naming the command that makes one
 */
export async function authenticateApiToken(db: Db, token: string | null, now: Date): Promise<Actor> {
  if (token === null) throw new AppError('unauthorized', `This needs an API token, as “Authorization: Bearer TOKEN”. ${HOW}`);
  const row = await db.apiToken.findUnique({ where: { hash: hashSecret(token) } });
  if (!row) throw new AppError('unauthorized', `The API token is not known here. ${HOW}`);
  if (row.revokedAt) throw new AppError('unauthorized', `The API token “${row.name}” was revoked. ${HOW}`);
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > USED_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return { kind: 'token', id: row.id, name: row.name };
}
