import { getServices } from '../../../server/context.ts';
import { beginGitHubSignIn } from '../../../server/github-sign-in.ts';
import { refuseForeign } from '../../../server/request-guard.ts';
import { wayBackOf } from '../../../server/way-back.ts';

/**
 * Begins signing in with GitHub. The answer is a page that goes on to GitHub by itself: a redirect would count as the form's own target,
 * which our policy keeps to this site.
 */
export async function POST(request: Request): Promise<Response> {
  const refusal = refuseForeign(request, 'form');
  if (refusal) return refusal;
  const services = getServices();
  if (!services.signIn) return new Response(null, { status: 303, headers: { location: '/sign-in' } });
  const { to, cookies } = await beginGitHubSignIn(services, services.signIn, wayBackOf(request));
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'" });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  const address = to.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const page = `<!doctype html><html lang="en"><title>On to GitHub</title><meta http-equiv="refresh" content="0;url=${address}"><p><a href="${address}">On to GitHub</a></p></html>`;
  return new Response(page, { headers });
}
