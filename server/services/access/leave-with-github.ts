import { roleSchema } from '../../contracts/access.ts';
import { notify } from '../../db/notify.ts';
import type { Ctx } from '../context.ts';
import type { GitHubPerson } from './enter-with-github.ts';
import { recordAudit } from './record-audit.ts';

/**
 * Ends the sessions that somebody has from earlier, open streams included, when GitHub says that he may not enter any more. Nothing
 * happens for a stranger. Unlike one who was removed he is in again as soon as GitHub says so.
 */
export async function leaveWithGitHub(base: Omit<Ctx, 'actor'>, { githubId, login }: GitHubPerson): Promise<void> {
  await base.db.$transaction(async (tx) => {
    const known = await tx.user.findUnique({ where: { githubId } });
    if (!known) return;
    const { count } = await tx.session.deleteMany({ where: { userId: known.id } });
    if (count === 0) return;
    const ctx: Ctx = { ...base, actor: { kind: 'person', id: known.id, name: login, role: roleSchema.parse(known.role) } };
    await recordAudit(tx, ctx, { action: 'member.left', from: known.role, why: `GitHub says that ${login} may not enter any more` });
    await notify(tx, { kind: 'access' });
  });
}
