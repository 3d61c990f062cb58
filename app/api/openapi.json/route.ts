import { openApi } from '../../../server/contracts/openapi.ts';
import { getServices } from '../../server/context.ts';

export const dynamic = 'force-dynamic';

/** The description of the REST API; it says nothing of this factory but its version. */
export function GET(): Response {
  return Response.json(openApi(getServices().config.version), { headers: { 'cache-control': 'no-store' } });
}
