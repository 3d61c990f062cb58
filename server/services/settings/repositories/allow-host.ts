import { z } from 'zod';
import { nameSchema } from '../../../contracts/ids.ts';
import { egressEntrySchema } from '../../../contracts/repositories.ts';
import { recordAudit } from '../../access/record-audit.ts';
import { authoriseAdmin } from '../../authorise.ts';
import type { Ctx } from '../../context.ts';
import { parseInput } from '../../parse-input.ts';
import { parseRepository } from '../../../domain/settings/repository.ts';

const allowHostSchema = z.object({ name: nameSchema, host: egressEntrySchema });

/** Lets the workers of a repository reach one more host, those that live too; to allow it again changes nothing. */
export async function allowHost(ctx: Ctx, input: unknown): Promise<void> {
  authoriseAdmin(ctx);
  const { name: given, host } = parseInput(allowHostSchema, input);
  const { repo: name, cloneUrl } = parseRepository(given, ctx.config);
  await ctx.db.$transaction(async (tx) => {
    const now = ctx.now();
    await tx.repositorySettings.upsert({ where: { name }, create: { name, cloneUrl, createdAt: now, updatedAt: now }, update: {} });
    const count = await tx.$executeRaw`
      UPDATE repository SET egress_allow = array_append(egress_allow, ${host}), updated_at = ${now} WHERE name = ${name} AND NOT ${host} = ANY(egress_allow)`;
    if (count > 0) await recordAudit(tx, ctx, { action: 'repository.egress', to: name, why: `its workers may reach ${host}` });
  });
}
