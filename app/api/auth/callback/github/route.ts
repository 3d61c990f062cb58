import { getServices } from '../../../../server/context.ts';
import { endGitHubSignIn } from '../../../../server/github-sign-in.ts';

export const dynamic = 'force-dynamic';

/** Where GitHub sends the browser back to. Only a browser that has the cookies of a sign-in begun here gets any further. */
export async function GET(request: Request): Promise<Response> {
  const services = getServices();
  if (!services.signIn) return new Response(null, { status: 303, headers: { location: '/sign-in' } });
  const { status, headers: given } = await endGitHubSignIn(services, services.signIn, request);
  const headers = new Headers(given);
  headers.set('cache-control', 'no-store');
  return new Response(null, { status, headers });
}
