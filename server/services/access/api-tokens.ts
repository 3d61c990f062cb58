import { z } from 'zod';
import { roleSchema, tokenScopeSchema, type TokenView } from '../../contracts/access.ts';
import type { Db } from '../../db/client.ts';
import { hashSecret, newId, newSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import { scopeToday } from '../../domain/roles.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Actor, Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { recordAudit } from './record-audit.ts';

const HOW = 'Make one with: npm run factory -- token create NAME';
/** last_used_at is written at most this often. */
const USED_EVERY_MS = 60_000;

export const createApiTokenSchema = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[\w .@-]{1,64}$/, '1 to 64 letters, digits, spaces or . _ @ -'),
  scope: tokenScopeSchema.default('submit'),
});

/**
 * Makes a token for the REST API. It is shown once; only its hash is stored. On the machine itself it takes the place of an older one of
 * the same name.
 * @throws AppError bad_request; conflict where a live token has the name
 */
export async function createApiToken(ctx: Ctx, input: unknown): Promise<{ token: string }> {
  authoriseAdmin(ctx);
  const { actor } = ctx;
  if (actor.kind === 'token') throw new AppError('forbidden', 'A token makes no tokens.');
  const { name, scope } = parseInput(createApiTokenSchema, input);
  const token = newSecret('fct');
  await ctx.db.$transaction(async (tx) => {
    await tx.apiToken.deleteMany({ where: { name, ...(actor.kind === 'cli' ? {} : { revokedAt: { not: null } }) } });
    const makerId = actor.kind === 'person' ? actor.id : null;
    const { count } = await tx.apiToken.createMany({
      data: { id: newId(), name, scope, makerId, hash: hashSecret(token), createdAt: ctx.now() },
      skipDuplicates: true,
    });
    if (count === 0) throw new AppError('conflict', `name: a token named “${name}” is in use. Take another name, or revoke that one first.`, { field: 'name' });
    await recordAudit(tx, ctx, { action: 'token.created', to: scope, why: `token “${name}”` });
  });
  return { token };
}

/** All tokens, the newest first; never a secret. */
export async function listApiTokens(ctx: Ctx): Promise<TokenView[]> {
  authoriseAdmin(ctx);
  const tokens = await ctx.db.apiToken.findMany({ include: { maker: { select: { name: true } } }, orderBy: { createdAt: 'desc' } });
  return tokens.map(({ id, name, scope, maker, createdAt, lastUsedAt, revokedAt }) => ({
    ...{ id, name, scope: tokenScopeSchema.parse(scope), madeBy: maker?.name ?? null, createdAt: createdAt.toISOString() },
    ...{ lastUsedAt: lastUsedAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null },
  }));
}

/** @throws AppError not_found */
export async function revokeApiToken(ctx: Ctx, { name }: { name: string }): Promise<void> {
  authoriseAdmin(ctx);
  await ctx.db.$transaction(async (tx) => {
    const { count } = await tx.apiToken.updateMany({ where: { name, revokedAt: null }, data: { revokedAt: ctx.now() } });
    if (count === 0) throw new AppError('not_found', `There is no live token named ${name}.`);
    await recordAudit(tx, ctx, { action: 'token.revoked', why: `token “${name}”` });
  });
}

/**
 * Who a bearer token is, and what it may do today.
 * @param token null where the request had none
 * @throws AppError unauthorized, naming the command that makes one
 */
export async function authenticateApiToken(db: Db, token: string | null, now: Date): Promise<Extract<Actor, { kind: 'token' }>> {
  if (token === null) throw new AppError('unauthorized', `This needs an API token, as “Authorization: Bearer TOKEN”. ${HOW}`);
  const row = await db.apiToken.findUnique({ where: { hash: hashSecret(token) }, include: { maker: { select: { role: true, removedAt: true } } } });
  if (!row) throw new AppError('unauthorized', `The API token is not known here. ${HOW}`);
  if (row.revokedAt) throw new AppError('unauthorized', `The API token “${row.name}” was revoked. ${HOW}`);
  const maker = row.maker && { role: roleSchema.parse(row.maker.role), removed: row.maker.removedAt !== null };
  const scope = scopeToday(tokenScopeSchema.parse(row.scope), maker);
  if (!scope) throw new AppError('unauthorized', `The API token “${row.name}” is dead: who made it was removed. ${HOW}`);
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > USED_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return { kind: 'token', id: row.id, name: row.name, scope };
}
