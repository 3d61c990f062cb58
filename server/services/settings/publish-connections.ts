import type { CredentialsInForce } from '../../contracts/connections.ts';
import { authoriseSupervisor } from '../authorise.ts';
import type { Ctx } from '../context.ts';

/** Says to which key a credential must be sealed for this supervisor, and what it works with now. */
export async function publishConnections(ctx: Ctx, { publicKey, inForce }: { publicKey: string; inForce: CredentialsInForce }): Promise<void> {
  const id = authoriseSupervisor(ctx);
  await ctx.db.supervisor.updateMany({ where: { id }, data: { publicKey, credentials: inForce } });
}
