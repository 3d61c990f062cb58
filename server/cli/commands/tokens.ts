import { tokenScopeSchema } from '../../contracts/access.ts';
import { ConfigError } from '../../domain/settings/settings.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../../services/access/api-tokens.ts';
import { createLoginLink } from '../../services/access/sign-in.ts';
import { withContext } from '../context.ts';
import { readState } from '../start/state.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Prints a new token alone on the line, so that a shell can use it. */
export async function tokenCreate(name: string, { scope }: { scope: string }): Promise<void> {
  const parsed = tokenScopeSchema.safeParse(scope);
  if (!parsed.success) throw new ConfigError(`--scope ${scope} is wrong: read, submit or admin.`);
  await withContext(async (ctx) => say((await createApiToken(ctx, { name, scope: parsed.data })).token));
}

export async function tokenList(): Promise<void> {
  await withContext(async (ctx) => {
    for (const token of await listApiTokens(ctx)) {
      const used = token.lastUsedAt ? `last used ${token.lastUsedAt}` : 'never used';
      say(`${token.name}  ${token.scope}  made ${token.createdAt}  ${token.revokedAt ? 'revoked' : token.dead ? `opens nothing: ${token.dead}` : used}`);
    }
  });
}

export async function tokenRevoke(name: string): Promise<void> {
  await withContext(async (ctx) => {
    await revokeApiToken(ctx, { name });
    say(`The token “${name}” is revoked.`);
  });
}

export async function loginLink(): Promise<void> {
  await withContext(async (ctx, env) => {
    const { secret } = await createLoginLink(ctx, { madeBy: 'command' });
    say(signInUrl(readState(env).url ?? env.appUrl, secret));
    say(`It works once, within 15 minutes${env.localMode ? '' : '; who comes by it is in for an hour'}.`);
  });
}

export function signInUrl(base: string, secret: string): string {
  return `${base.replace(/\/+$/, '')}/sign-in?link=${secret}`;
}
