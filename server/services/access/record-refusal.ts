import type { Ctx } from '../context.ts';
import type { GitHubPerson } from './enter-with-github.ts';
import { recordAudit } from './record-audit.ts';

/** Writes down that GitHub said who somebody is and that he may not enter. @param why for admins, in a sentence */
export async function recordRefusal(base: Omit<Ctx, 'actor'>, { githubId, login }: GitHubPerson, why: string): Promise<void> {
  // He is nobody here: what he is called is all that is known of him.
  const actor = { kind: 'person', id: `github-${githubId}`, name: login, role: 'viewer' } as const;
  await recordAudit(base.db, { ...base, actor }, { action: 'sign-in.refused', why });
}
