import { z } from 'zod';
import { roleSchema, type TokenScope, tokenScopeSchema, type TokenView } from '../../contracts/access.ts';
import type { Db, Tx } from '../../db/client.ts';
import { hashSecret, newId, newSecret } from '../../db/ids.ts';
import { AppError } from '../../domain/app-error.ts';
import { scopeToday, whyDead } from '../../domain/roles.ts';
import { authoriseAdmin } from '../authorise.ts';
import type { Actor, Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { recordAudit } from './record-audit.ts';
import { LOCAL_USER } from './sessions.ts';

const HOW = 'Make one with: npm run factory -- token create NAME';
/** A start in local mode prints one of this name, which nobody else takes. */
const START_TOKEN = 'start';
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
 * Makes a token for the REST API. It is shown once; only its hash is stored.
 * @throws AppError bad_request; conflict where a live token has the name
 */
export async function createApiToken(ctx: Ctx, input: unknown): Promise<{ token: string }> {
  authoriseAdmin(ctx);
  const { actor } = ctx;
  if (actor.kind === 'token') throw new AppError('forbidden', 'A token makes no tokens.');
  const makerId = actor.kind === 'person' ? actor.id : null;
  if (makerId === LOCAL_USER.id && !ctx.config.localMode)
    throw new AppError('forbidden', 'A sign-in link of the machine makes no tokens here: sign in with GitHub, or make one on the machine.');
  const { name, scope } = parseInput(createApiTokenSchema, input);
  if (name === START_TOKEN) throw new AppError('conflict', `name: “${START_TOKEN}” is what a start calls its own. Take another name.`, { field: 'name' });
  return ctx.db.$transaction(async (tx) => {
    const token = await insertToken(tx, ctx, { name, scope, makerId });
    if (!token) throw new AppError('conflict', `name: a token named “${name}” is in use. Take another name, or revoke that one first.`, { field: 'name' });
    return { token };
  });
}

/** The token that a start in local mode prints: the one of the start before ends. @returns null where somebody's own token has its name */
export async function createStartToken(ctx: Ctx): Promise<{ token: string } | null> {
  return ctx.db.$transaction(async (tx) => {
    await endStartToken(tx, ctx);
    const token = await insertToken(tx, ctx, { name: START_TOKEN, scope: 'submit', makerId: null });
    return token === null ? null : { token };
  });
}

/** Where people sign in with GitHub a start has no token: ends the one of the days before. */
export async function revokeStartToken(ctx: Ctx): Promise<void> {
  await ctx.db.$transaction((tx) => endStartToken(tx, ctx));
}

async function endStartToken(tx: Tx, ctx: Ctx): Promise<void> {
  if (ctx.actor.kind !== 'cli') throw new AppError('forbidden', 'The token of a start is the machine’s own.');
  const mine = { name: START_TOKEN, makerId: null, revokedAt: null };
  const { count } = await tx.apiToken.updateMany({ where: mine, data: { revokedAt: ctx.now() } });
  if (count > 0) await recordAudit(tx, ctx, { action: 'token.revoked', why: 'the token of the start before' });
}

/** Null where a live token has the name; a dead one of it goes. */
async function insertToken(tx: Tx, ctx: Ctx, { name, scope, makerId }: { name: string; scope: TokenScope; makerId: string | null }): Promise<string | null> {
  const token = newSecret('fct');
  await tx.apiToken.deleteMany({ where: { name, revokedAt: { not: null } } });
  const data = { id: newId(), name, scope, makerId, hash: hashSecret(token), createdAt: ctx.now() };
  const { count } = await tx.apiToken.createMany({ data, skipDuplicates: true });
  if (count === 0) return null;
  await recordAudit(tx, ctx, { action: 'token.created', to: scope, why: `token “${name}”` });
  return token;
}

/** All tokens, the newest first; never a secret. */
export async function listApiTokens(ctx: Ctx): Promise<TokenView[]> {
  authoriseAdmin(ctx);
  const tokens = await ctx.db.apiToken.findMany({ include: { maker: true }, orderBy: { createdAt: 'desc' } });
  return tokens.map((token) => ({
    ...{ id: token.id, name: token.name, scope: tokenScopeSchema.parse(token.scope), madeBy: token.maker?.name ?? null },
    ...{ createdAt: token.createdAt.toISOString(), lastUsedAt: token.lastUsedAt?.toISOString() ?? null },
    ...{ revokedAt: token.revokedAt?.toISOString() ?? null, dead: whyDeadNow(token, ctx.config.localMode) },
  }));
}

/** Why a token opens nothing today, though nobody revoked it; null where it does. */
function whyDeadNow(
  { name, maker }: { name: string; maker: { id: string; removedAt: Date | null; leftAt: Date | null } | null },
  localMode: boolean,
): string | null {
  const ofWhom = maker && { removed: maker.removedAt !== null, left: maker.leftAt !== null, atMachine: maker.id === LOCAL_USER.id };
  return whyDead({ ofStart: name === START_TOKEN && !maker, maker: ofWhom }, { localMode });
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
export async function authenticateApiToken(
  db: Db,
  token: string | null,
  { localMode, now }: { localMode: boolean; now: Date },
): Promise<Extract<Actor, { kind: 'token' }>> {
  if (token === null) throw new AppError('unauthorized', `This needs an API token, as “Authorization: Bearer TOKEN”. ${HOW}`);
  const row = await db.apiToken.findUnique({ where: { hash: hashSecret(token) }, include: { maker: true } });
  if (!row) throw new AppError('unauthorized', `The API token is not known here. ${HOW}`);
  if (row.revokedAt) throw new AppError('unauthorized', `The API token “${row.name}” was revoked. ${HOW}`);
  const { id, name, maker } = row;
  const dead = whyDeadNow(row, localMode);
  if (dead) throw new AppError('unauthorized', `The API token “${name}” is dead: ${dead}. ${HOW}`);
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > USED_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id }, data: { lastUsedAt: now } });
  }
  const scope = scopeToday(tokenScopeSchema.parse(row.scope), maker && { role: roleSchema.parse(maker.role) });
  return { kind: 'token', id, name, scope };
}
