import { type NextRequest, NextResponse } from 'next/server';
import { SESSION_COOKIE } from './app/server/session-cookie.ts';
import { ASKED_HEADER, turnWayBack } from './app/server/way-back.ts';

/** A page runs the scripts that were made for it and nothing else, and loads nothing from elsewhere. Who may see what is decided in each procedure. */
export function proxy(request: NextRequest): NextResponse {
  if (isScrape(request)) return NextResponse.rewrite(new URL('/api/prometheus', request.url));
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64');
  const headers = new Headers(request.headers);
  const policy = contentSecurityPolicy(nonce);
  headers.set('x-nonce', nonce);
  headers.set(ASKED_HEADER, askedFor(request));
  headers.set('content-security-policy', policy); // Next reads the nonce for its own scripts from here
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  const cookie = request.nextUrl.pathname === '/sign-in' ? turnWayBack(request.nextUrl.searchParams) : null;
  if (cookie !== null) response.headers.append('set-cookie', cookie);
  return response;
}

/**
 * All that may be a page, also where there is none: only what is known to answer with something else is left out, and by its whole name.
 * What is below /api answers for itself (app/api/[...path]).
 */
export const config = { matcher: ['/((?!api/|_next/static/|healthz$|healthz/stream$|readyz$|icon\\.svg$).*)'] };

/** Path and query of the page, without what Next itself puts there when it fetches one. */
function askedFor({ nextUrl }: NextRequest): string {
  const query = new URLSearchParams(nextUrl.searchParams);
  query.delete('_rsc');
  return nextUrl.pathname + (query.size > 0 ? `?${query}` : '');
}

/** A page and Prometheus share the address /metrics: browsers ask for HTML, and what Next fetches of a page comes with the session. */
function isScrape({ nextUrl, headers }: NextRequest): boolean {
  return nextUrl.pathname === '/metrics' && !(headers.get('accept') ?? '').includes('text/html') && !(headers.get('cookie') ?? '').includes(SESSION_COOKIE);
}

function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === 'development'; // React rebuilds stacks of the server by eval there
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // Colours of terminal output and heights of virtual rows are inline styles.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
