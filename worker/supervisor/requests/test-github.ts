import { z } from 'zod';
import type { connectionAnswerSchema } from '../../../server/contracts/supervisor-requests.ts';

type Answer = z.infer<typeof connectionAnswerSchema>;
const TIMEOUT_MS = 15_000;

/** Who a GitHub token is, and what it may do, in a sentence. */
export async function testGitHub({ token, apiUrl }: { token: string | undefined; apiUrl: string }): Promise<Answer> {
  if (!token) return { works: false, sentence: 'There is no GitHub token: repositories of GitHub, pull requests and issues are off.' };
  const base = apiUrl.replace(/\/+$/, '');
  const ask = (path: string) =>
    fetch(`${base}${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'ai-software-factory' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  try {
    const answer = await ask('/user');
    if (answer.status === 401) return { works: false, sentence: 'GitHub does not know this token: it is wrong, expired or was revoked.' };
    if (!answer.ok) return { works: false, sentence: `GitHub answered ${answer.status} when it was asked who this token is.` };
    const { login } = z.object({ login: z.string() }).parse(await answer.json());
    const scopes = answer.headers.get('x-oauth-scopes');
    const pushable = await countPushable(ask);
    const reach = pushable === null ? '' : `, and may push to ${countWords(pushable)}`;
    const works = pushable === null || pushable.count > 0;
    const sort = token.startsWith('github_pat_') ? ' (fine-grained)' : scopes ? ` (scopes ${scopes})` : '';
    return {
      works,
      sentence: `The token is ${login}’s${sort}${reach}.${works ? '' : ' Give it the repositories that the factory is to work on, with contents and pull requests to write.'}`,
    };
  } catch (error) {
    return { works: false, sentence: `GitHub cannot be reached at ${new URL(base).host}: ${words(error)}.` };
  }
}

const PAGE = 100;

function countWords({ count, more }: { count: number; more: boolean }): string {
  if (count === 0) return 'no repository';
  return `${count}${more ? ' or more' : ''} ${count === 1 && !more ? 'repository' : 'repositories'}`;
}

/** Null where GitHub does not say. */
async function countPushable(ask: (path: string) => Promise<Response>): Promise<{ count: number; more: boolean } | null> {
  const answer = await ask(`/user/repos?per_page=${PAGE}`);
  const parsed = z.array(z.object({ permissions: z.object({ push: z.boolean() }).optional() })).safeParse(answer.ok ? await answer.json() : null);
  if (!parsed.success || parsed.data.some((repo) => repo.permissions === undefined)) return null;
  return { count: parsed.data.filter((repo) => repo.permissions?.push).length, more: parsed.data.length === PAGE };
}

export function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
