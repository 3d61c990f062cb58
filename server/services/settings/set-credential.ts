import { clearCredentialSchema, setCredentialSchema } from '../../contracts/connections.ts';
import { seal } from '../../adapters/sealed-box.ts';
import { notify } from '../../db/notify.ts';
import { AppError } from '../../domain/app-error.ts';
import { formOf } from '../../domain/settings/credentials.ts';
import { recordAudit } from '../access/record-audit.ts';
import { authoriseAdmin } from '../authorise.ts';
import { actorName, type Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { listLiveSupervisors } from './requests/ask-supervisor.ts';

/**
 * Seals a credential to every supervisor that lives; only they can open it, and they start again with it.
 * @throws AppError unavailable where no supervisor lives
 */
export async function setCredential(ctx: Ctx, input: unknown): Promise<void> {
  authoriseAdmin(ctx);
  const { kind, secret } = parseInput(setCredentialSchema, input);
  const supervisors = (await listLiveSupervisors(ctx)).flatMap(({ id, publicKey }) => (publicKey === null ? [] : [{ id, publicKey }]));
  if (supervisors.length === 0) throw new AppError('unavailable', 'No supervisor lives that it could be sealed to: start one with npm start.');
  const form = formOf(kind, secret);
  const setBy = actorName(ctx.actor);
  const rows = await Promise.all(supervisors.map(async ({ id, publicKey }) => ({ supervisorId: id, sealed: await seal(publicKey, secret) })));
  await ctx.db.$transaction(async (tx) => {
    // One that lives no more keeps no older secret than the one in force.
    await tx.credential.deleteMany({ where: { kind } });
    await tx.credential.createMany({ data: rows.map((row) => ({ ...row, kind, form, setBy, setAt: ctx.now() })) });
    await recordAudit(tx, ctx, { action: 'credential.set', to: kind, why: `sealed to ${rows.length} supervisor${rows.length === 1 ? '' : 's'}` });
    await notify(tx, { kind: 'work' });
  });
}

/** Forgets what was typed in; the environment's holds again. */
export async function clearCredential(ctx: Ctx, input: unknown): Promise<void> {
  authoriseAdmin(ctx);
  const { kind } = parseInput(clearCredentialSchema, input);
  await ctx.db.$transaction(async (tx) => {
    const { count } = await tx.credential.deleteMany({ where: { kind } });
    if (count === 0) throw new AppError('conflict', 'Nothing was typed in here, or somebody cleared it already.');
    await recordAudit(tx, ctx, { action: 'credential.cleared', to: kind });
    await notify(tx, { kind: 'work' });
  });
}
