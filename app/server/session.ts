import { cookies } from 'next/headers';
import { authenticateSession } from '../../server/services/access/sign-in.ts';
import type { Actor } from '../../server/services/context.ts';
import { getServices } from './context.ts';

export const SESSION_COOKIE = 'factory_session';

/** Who the cookie of this request is; null where nobody is signed in. */
export async function currentActor(): Promise<Actor | null> {
  const secret = (await cookies()).get(SESSION_COOKIE)?.value;
  return secret ? authenticateSession(getServices().db, secret, new Date()) : null;
}

/** Asks later, as a long stream does, whether the session of this request still holds. */
export async function currentReauthentication(): Promise<() => Promise<Actor | null>> {
  const secret = (await cookies()).get(SESSION_COOKIE)?.value;
  const { db } = getServices();
  return async () => (secret ? authenticateSession(db, secret, new Date()) : null);
}

/** Does this request come from a page of our own? Browsers say so for every POST. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = request.headers.get('origin');
  return origin !== null && URL.canParse(origin) && new URL(origin).host === request.headers.get('host');
}
