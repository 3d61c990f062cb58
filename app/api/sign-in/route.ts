import { AppError } from '../../../server/domain/app-error.ts';
import { redeemLoginLink } from '../../../server/services/access/sign-in.ts';
import { getServices } from '../../server/context.ts';
import { isSameOrigin, SESSION_COOKIE } from '../../server/session.ts';

/** Spends a sign-in link: by a POST of our own page only, so that nothing that merely opens links spends one. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return new Response('Requests of other sites are refused.', { status: 403 });
  const secret = (await request.formData()).get('link');
  try {
    const { db, now } = getServices();
    const { sessionSecret, expiresAt } = await redeemLoginLink(db, { secret: typeof secret === 'string' ? secret : '', now: now() });
    const cookie = `${SESSION_COOKIE}=${sessionSecret}; Path=/; HttpOnly; SameSite=Lax; Expires=${expiresAt.toUTCString()}`;
    return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': cookie } });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Response(null, { status: 303, headers: { location: '/sign-in?spent=1' } });
  }
}
