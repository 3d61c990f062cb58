import { saveRepositorySchema } from '../../../contracts/repositories.ts';
import { notify } from '../../../db/notify.ts';
import { parseRepository } from '../../../domain/settings/repository.ts';
import { redact } from '../../../domain/redaction.ts';
import { AppError } from '../../../domain/app-error.ts';
import { recordAudit } from '../../access/record-audit.ts';
import { authoriseAdmin } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { forgetHeldRepository } from '../../runs/held-repositories.ts';

/**
 * Stores what is given of a repository's settings; a repository that is named for the first time is made. They hold from the next
 * start of a worker, a verifier or a claim on.
 * @returns its canonical name
 */
export async function saveRepository(ctx: Ctx, input: unknown): Promise<{ name: string }> {
  authoriseAdmin(ctx);
  const { name: given, ...settings } = parseInput(saveRepositorySchema, input);
  for (const [name, value] of Object.entries(settings.testEnv ?? {})) {
    if (redact(`${name}=${value}`) !== `${name}=${value}`) {
      throw new AppError('bad_request', `testEnv: ${name} looks like a credential, and workers hold none. Tests get only what nobody could misuse.`, {
        field: 'testEnv',
      });
    }
  }
  const { repo: name, cloneUrl } = parseRepository(given, ctx.config);
  const changed = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  await ctx.db.$transaction(async (tx) => {
    const now = ctx.now();
    await tx.repositorySettings.upsert({
      where: { name },
      create: { name, cloneUrl, ...changed, createdAt: now, updatedAt: now },
      update: { ...changed, updatedAt: now },
    });
    await forgetHeldRepository(tx, name);
    await recordAudit(tx, ctx, { action: 'repository.changed', to: name, why: Object.keys(changed).join(', ') || 'added' });
    await notify(tx, { kind: 'work' });
  });
  return { name };
}

/** Forgets a repository's settings: the environment's hold. Its work stays. */
export async function removeRepository(ctx: Ctx, input: unknown): Promise<void> {
  authoriseAdmin(ctx);
  const { name } = parseInput(saveRepositorySchema.pick({ name: true }), input);
  await ctx.db.$transaction(async (tx) => {
    const { count } = await tx.repositorySettings.deleteMany({ where: { name } });
    if (count === 0) throw new AppError('not_found', `${name} has no settings of its own.`);
    await forgetHeldRepository(tx, name);
    await recordAudit(tx, ctx, { action: 'repository.removed', to: name });
    await notify(tx, { kind: 'work' });
  });
}
