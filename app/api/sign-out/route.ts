import { cookies } from 'next/headers';
import { endSession } from '../../../server/services/access/sign-in.ts';
import { getServices } from '../../server/context.ts';
import { isSameOrigin, SESSION_COOKIE } from '../../server/session.ts';

export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return new Response('Requests of other sites are refused.', { status: 403 });
  const secret = (await cookies()).get(SESSION_COOKIE)?.value;
  if (secret) await endSession(getServices().db, secret);
  const cookie = `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
  return new Response(null, { status: 303, headers: { location: '/sign-in', 'set-cookie': cookie } });
}
