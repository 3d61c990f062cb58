import { logText } from '../../../../server/log-text.ts';
import { route } from '../../../rest.ts';

/** The log as text, to its end as of now; `?run=` gives one run's alone. */
export const GET = route(({ ctx, params, request, reauthenticate }) =>
  logText({ ctx, reauthenticate, signal: request.signal }, { workItemId: params.id ?? '', runId: new URL(request.url).searchParams.get('run') }),
);
