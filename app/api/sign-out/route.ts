import { endSession } from '../../../server/services/access/sessions.ts';
import { getServices } from '../../server/context.ts';
import { refuseForeign, whereFrom } from '../../server/request-guard.ts';
import { sessionCookie, sessionSecretOf } from '../../server/session.ts';

export async function POST(request: Request): Promise<Response> {
  const refusal = refuseForeign(request, 'form');
  if (refusal) return refusal;
  const secret = sessionSecretOf(request);
  const { db, queue, config, now } = getServices();
  if (secret) await endSession({ db, queue, config, now, fromWhere: whereFrom(request) }, secret);
  return new Response(null, { status: 303, headers: { location: '/sign-in', 'set-cookie': sessionCookie('', { over: true }) } });
}
