import NextAuth, { type NextAuthConfig } from 'next-auth';
import GitHub from 'next-auth/providers/github';
import { NextRequest } from 'next/server';
import { z } from 'zod';
import { askMembership } from '../../server/adapters/github-membership.ts';
import { newSecret } from '../../server/db/ids.ts';
import { AppError } from '../../server/domain/app-error.ts';
import { enterWithGitHub, findByGitHubId, type GitHubPerson } from '../../server/services/access/enter-with-github.ts';
import { leaveWithGitHub } from '../../server/services/access/leave-with-github.ts';
import { recordRefusal } from '../../server/services/access/record-refusal.ts';
import { GITHUB_SESSION_LIFE_MS, openSession } from '../../server/services/access/sessions.ts';
import type { Ctx } from '../../server/services/context.ts';
import type { WebServices, WebSignIn } from './context.ts';
import { whereFrom } from './request-guard.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

// All that the factory knows of next-auth. It does the dance with GitHub (state, PKCE, code, token); who may enter, the session's row
// and its hashed secret are ours. Of its own pages and routes none is served but the callback.

/** Why somebody is not in, as the sign-in page is told: a word, never a sentence, that anybody could put into an address. */
export const REFUSALS = {
  outsider: 'This GitHub account may not enter this factory. Ask who runs it to add you, or sign in to GitHub with another account.',
  hidden: 'GitHub does not show this factory whether you belong to its organisation: an owner of the organisation must approve the OAuth app.',
  removed: 'An admin removed you from this factory. Ask an admin to let you in again.',
  unavailable: 'GitHub did not answer as it should. Try again in a moment.',
  failed: 'Signing in did not come to its end. Try again, from this page.',
} as const;
type Refusal = keyof typeof REFUSALS;

/** The same for the audit log, where GitHub said who it was. */
const IN_AUDIT = {
  outsider: 'neither AUTH_ALLOWED_USERS nor AUTH_ALLOWED_ORGS lets this account in',
  hidden: 'GitHub does not show whether this account belongs to the organisation',
  removed: 'an admin removed this account',
} as const satisfies Partial<Record<Refusal, string>>;

export function isRefusal(word: unknown): word is Refusal {
  return typeof word === 'string' && Object.hasOwn(REFUSALS, word);
}

const BASE_PATH = '/api/auth';
const profileSchema = z.object({ id: z.number().int().positive(), login: z.string().min(1).max(100) });

/** Begins a sign-in. @param wanted path of this site that it leads to @returns where to send the browser, and the cookies that it comes back with */
export async function beginGitHubSignIn(services: WebServices, signIn: WebSignIn, wanted: string): Promise<{ to: string; cookies: string[] }> {
  const { handlers } = configure(services, signIn);
  // Our own route has seen to it that a page of ours asks; next-auth wants to see its own token for the same.
  const csrf = await handlers.GET(at(signIn, '/csrf'));
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await csrf.json());
  const cookie = csrf.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const body = new URLSearchParams({ csrfToken, callbackUrl: new URL(signIn.appUrl).origin + wanted });
  const answer = await handlers.POST(at(signIn, '/signin/github', { method: 'POST', headers: { cookie }, body }));
  return { to: answer.headers.get('location') ?? '/sign-in?refused=failed', cookies: answer.headers.getSetCookie() };
}

/** GitHub sent the browser back: lets the person in, with a session's cookie, or sends him to the sign-in page, which says why not. */
export async function endGitHubSignIn(services: WebServices, signIn: WebSignIn, request: Request): Promise<Response> {
  const { handlers } = configure(services, signIn, whereFrom(request));
  const headers = { cookie: request.headers.get('cookie') ?? '' };
  return handlers.GET(at(signIn, `/callback/github${new URL(request.url).search}`, { headers }));
}

/** A request as next-auth sees it: always at our configured address, whatever host the browser or a proxy named. */
function at(signIn: WebSignIn, path: string, init?: ConstructorParameters<typeof NextRequest>[1]): NextRequest {
  return new NextRequest(new URL(BASE_PATH + path, signIn.appUrl), init);
}

function configure(services: WebServices, signIn: WebSignIn, fromWhere = '') {
  const { db, now } = services;
  const api = signIn.apiUrl.replace(/\/+$/, '');
  const config: NextAuthConfig = {
    basePath: BASE_PATH,
    secret: signIn.secret,
    trustHost: true, // it is ours: see at()
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: [
      GitHub({
        clientId: signIn.clientId,
        clientSecret: signIn.clientSecret,
        enterprise: { baseUrl: signIn.serverUrl.replace(/\/+$/, '') },
        checks: ['pkce', 'state'],
        client: { token_endpoint_auth_method: 'client_secret_post' }, // as GitHub's own description has it
        authorization: { params: { scope: signIn.allowedOrgs.length > 0 ? 'read:user read:org' : 'read:user' } },
        userinfo: { url: `${api}/user`, request: ({ tokens }: { tokens: { access_token?: string } }) => readProfile(api, tokens.access_token ?? '') },
        profile: ({ id, login }) => ({ id: String(id), name: login }),
      }),
    ],
    session: { strategy: 'database', maxAge: GITHUB_SESSION_LIFE_MS / 1_000, generateSessionToken: () => newSecret('fss') },
    cookies: { sessionToken: { name: SESSION_COOKIE } },
    callbacks: {
      signIn: async ({ account, profile }) => {
        const refused = await admit(services, signIn, { token: account?.access_token ?? '', profile, fromWhere });
        return refused === null ? true : `/sign-in?refused=${refused}`;
      },
    },
    // Only what a sign-in needs of a database. The session that the browser had before counts for nothing: no account is joined to another.
    adapter: {
      getUserByAccount: async ({ providerAccountId }) => {
        const user = await findByGitHubId(db, providerAccountId);
        return user && { ...user, email: '', emailVerified: null };
      },
      createSession: async ({ sessionToken, userId }) => {
        const { expiresAt } = await openSession(db, { userId, secret: sessionToken, lifeMs: GITHUB_SESSION_LIFE_MS, now: now() });
        return { sessionToken, userId, expires: expiresAt };
      },
      getSessionAndUser: () => null,
      getUser: () => null,
      getUserByEmail: () => null,
      createUser: unforeseen,
      updateUser: unforeseen,
      linkAccount: unforeseen,
      updateSession: unforeseen,
      deleteSession: unforeseen,
    },
    logger: { error: (error) => console.error('sign-in:', wordsOf(error)), warn: () => undefined },
  };
  return NextAuth(config);
}

/** Decides whether this person may enter and, where he may, makes him known here. @returns why not; null: he is in */
async function admit(services: WebServices, signIn: WebSignIn, given: { token: string; profile: unknown; fromWhere: string }): Promise<Refusal | null> {
  try {
    const { id, login } = profileSchema.parse(given.profile);
    const person = { githubId: String(id), login };
    const { db, queue, config, now } = services;
    const base = { db, queue, config, now, fromWhere: given.fromWhere };
    const refused = await decide(base, signIn, { token: given.token, person });
    if (refused) await recordRefusal(base, person, IN_AUDIT[refused]);
    return refused;
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') return 'unavailable';
    console.error('sign-in:', error);
    return 'failed';
  }
}

async function decide(
  base: Omit<Ctx, 'actor'>,
  signIn: WebSignIn,
  { token, person }: { token: string; person: GitHubPerson },
): Promise<keyof typeof IN_AUDIT | null> {
  const { login } = person;
  const named = signIn.allowedUsers.some((each) => each.toLowerCase() === login.toLowerCase());
  if (!named) {
    const membership = await askMembership({ apiUrl: signIn.apiUrl, token, login, orgs: signIn.allowedOrgs });
    if (membership === 'hidden') return 'hidden';
    if (membership === 'none') {
      await leaveWithGitHub(base, person);
      return 'outsider';
    }
  }
  try {
    await enterWithGitHub(base, person);
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'forbidden') return 'removed';
    throw error;
  }
}

async function readProfile(api: string, token: string): Promise<z.output<typeof profileSchema>> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'ai-software-factory' };
  const answer = await fetch(`${api}/user`, { headers, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} when it was asked who signs in`);
  return profileSchema.parse(await answer.json());
}

/** Codes and states that next-auth puts beside its errors stay out of the log. */
function wordsOf(error: Error): string {
  const cause = (error.cause as { err?: unknown } | undefined)?.err;
  return `${error.name}${cause instanceof Error ? `: ${cause.message}` : ''}`;
}

function unforeseen(): never {
  throw new Error('next-auth did what a sign-in with GitHub does not need');
}
