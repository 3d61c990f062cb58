import { roleSchema } from '../../contracts/access.ts';
import { notify } from '../../db/notify.ts';
import type { Ctx } from '../context.ts';
import type { GitHubPerson } from './enter-with-github.ts';
import { recordAudit } from './record-audit.ts';

/**
 * Ends the sessions that somebody has from earlier, open streams included, when GitHub says that he may not enter any more; the tokens
 * that he made open nothing. Nothing happens for a stranger. Unlike one who was removed he is in again, and his tokens are good, as soon
 * as GitHub says so.
 */
export async function leaveWithGitHub(base: Omit<Ctx, 'actor'>, { githubId, login }: GitHubPerson): Promise<void> {
  await base.db.$transaction(async (tx) => {
    const known = await tx.user.findUnique({ where: { githubId } });
    if (!known) return;
    const sessions = await tx.session.deleteMany({ where: { userId: known.id } });
    const left = await tx.user.updateMany({ where: { id: known.id, leftAt: null }, data: { leftAt: base.now() } });
    if (sessions.count + left.count === 0) return;
    const tokens = await tx.apiToken.count({ where: { makerId: known.id, revokedAt: null } });
    const ctx: Ctx = { ...base, actor: { kind: 'person', id: known.id, name: login, role: roleSchema.parse(known.role) } };
    const why = `GitHub says that ${login} may not enter any more${tokens > 0 ? `; ${tokens} tokens of his rest` : ''}`;
    await recordAudit(tx, ctx, { action: 'member.left', from: known.role, why });
    await notify(tx, { kind: 'access' });
  });
}
