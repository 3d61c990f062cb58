import { AppError } from '../../../server/domain/app-error.ts';
import { redeemLoginLink } from '../../../server/services/access/sign-in.ts';
import { getServices } from '../../server/context.ts';
import { refuseForeign } from '../../server/request-guard.ts';
import { sessionCookie } from '../../server/session.ts';

/** Spends a sign-in link: by a POST of our own page only, so that nothing that merely opens links spends one. */
export async function POST(request: Request): Promise<Response> {
  const refusal = refuseForeign(request, 'form');
  if (refusal) return refusal;
  const secret = (await request.formData()).get('link');
  try {
    const { db, now, config } = getServices();
    const link = { secret: typeof secret === 'string' ? secret : '', localMode: config.localMode, now: now() };
    const { sessionSecret, expiresAt } = await redeemLoginLink(db, link);
    const cookie = sessionCookie(sessionSecret, { expires: expiresAt });
    return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': cookie } });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Response(null, { status: 303, headers: { location: '/sign-in?spent=1' } });
  }
}
