import { getServices } from '../server/context.ts';

export const dynamic = 'force-dynamic';

/** The process answers, and so does its database. */
export async function GET(): Promise<Response> {
  try {
    await getServices().db.$queryRaw`SELECT 1 AS one`;
    return Response.json({ ok: true });
  } catch (error) {
    console.error('readyz:', error);
    return Response.json({ ok: false, reason: 'the database does not answer' }, { status: 503 });
  }
}
