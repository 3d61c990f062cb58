import { cookies } from 'next/headers';
import { authenticateSession } from '../../server/services/access/sessions.ts';
import type { Actor } from '../../server/services/context.ts';
import { getServices } from './context.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/** Who looks at this page; null where nobody is signed in. */
export async function currentActor(): Promise<Actor | null> {
  return authenticate((await cookies()).get(SESSION_COOKIE)?.value);
}

/** Asks who the session of a request is: now, and later again, as a long stream does. */
export function authenticationOf(request: { headers: Headers }): () => Promise<Actor | null> {
  const secret = sessionSecretOf(request);
  return () => authenticate(secret);
}

/** The secret in the request's cookie. */
export function sessionSecretOf(request: { headers: Headers }): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

/** The cookie that holds a session; scripts cannot read it, and over https it never leaves https. */
export function sessionCookie(secret: string, until: { expires: Date } | { over: true }): string {
  const life = 'over' in until ? 'Max-Age=0' : `Expires=${until.expires.toUTCString()}`;
  const secure = getServices().appUrl.startsWith('https:') ? '; Secure' : '';
  return `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Lax; ${life}${secure}`;
}

async function authenticate(secret: string | undefined): Promise<Actor | null> {
  const { db, now, config } = getServices();
  return secret ? authenticateSession(db, secret, { localMode: config.localMode, now: now() }) : null;
}
