import { AppError } from '../domain/app-error.ts';

const TIMEOUT_MS = 10_000;

/**
 * Is a person a member of one of the organisations? GitHub is asked with his own token (scope read:org), so that nothing but his word
 * for it is needed and private membership counts.
 * @returns hidden: none that GitHub shows, and at least one whose members it does not show to this OAuth app
 * @throws AppError unavailable where GitHub does not answer as it should
 */
export async function askMembership(options: { apiUrl: string; token: string; login: string; orgs: readonly string[] }): Promise<'member' | 'none' | 'hidden'> {
  let hidden = false;
  for (const org of options.orgs) {
    const status = await ask(
      `${options.apiUrl.replace(/\/+$/, '')}/orgs/${encodeURIComponent(org)}/members/${encodeURIComponent(options.login)}`,
      options.token,
    );
    if (status === 204) return 'member';
    if (status === 403) hidden = true;
    // 302: the asker is no member himself; 404: no member, or no such organisation.
    else if (status !== 302 && status !== 404) throw new AppError('unavailable', `GitHub answered ${status} when it was asked who belongs to ${org}.`);
  }
  return hidden ? 'hidden' : 'none';
}

async function ask(url: string, token: string): Promise<number> {
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'ai-software-factory' };
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.status;
  } catch (cause) {
    throw new AppError('unavailable', 'GitHub does not answer.', { cause });
  }
}
