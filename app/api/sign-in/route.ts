import { AppError } from '../../../server/domain/app-error.ts';
import { redeemLoginLink } from '../../../server/services/access/sign-in.ts';
import { errorAnswer } from '../rest.ts';
import { getServices } from '../../server/context.ts';
import { readForm } from '../../server/read-body.ts';
import { refuseForeign, whereFrom } from '../../server/request-guard.ts';
import { sessionCookie } from '../../server/session.ts';
import { wayBackOf } from '../../server/way-back.ts';

/** Spends a sign-in link: by a POST of our own page only, so that nothing that merely opens links spends one. */
export async function POST(request: Request): Promise<Response> {
  const refusal = refuseForeign(request, 'form');
  if (refusal) return refusal;
  try {
    const secret = (await readForm(request))?.get('link');
    const { db, queue, config, now } = getServices();
    const base = { db, queue, config, now, fromWhere: whereFrom(request) };
    const { sessionSecret, expiresAt } = await redeemLoginLink(base, { secret: typeof secret === 'string' ? secret : '' });
    const cookie = sessionCookie(sessionSecret, { expires: expiresAt });
    return new Response(null, { status: 303, headers: { location: wayBackOf(request), 'set-cookie': cookie } });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'too_large') return errorAnswer(error);
    return new Response(null, { status: 303, headers: { location: '/sign-in?spent=1' } });
  }
}
