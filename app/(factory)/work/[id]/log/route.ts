import { AppError } from '../../../../../server/domain/app-error.ts';
import { errorAnswer } from '../../../../api/rest.ts';
import { getServices } from '../../../../server/context.ts';
import { logText } from '../../../../server/log-text.ts';
import { isCrossSite, whereFrom } from '../../../../server/request-guard.ts';
import { authenticationOf } from '../../../../server/session.ts';

/** The log as a text file for a browser, which has a session and no token; it only reads. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    if (isCrossSite(request)) throw new AppError('forbidden', 'Requests of other sites are refused.');
    const reauthenticate = authenticationOf(request);
    const actor = await reauthenticate();
    if (!actor) throw new AppError('unauthorized', 'You are not signed in.');
    const { db, queue, config, now } = getServices();
    const { id } = await params;
    if (id.includes('\0')) throw new AppError('not_found', 'There is nothing with this id.');
    const ctx = { actor, db, queue, config, now, fromWhere: whereFrom(request) };
    return await logText({ ctx, reauthenticate, signal: request.signal }, { workItemId: id, runId: new URL(request.url).searchParams.get('run') });
  } catch (error) {
    return errorAnswer(error);
  }
}
