import { getServices } from './context.ts';

const FORM = ['application/x-www-form-urlencoded', 'multipart/form-data'] as const;
const JSON_BODY = ['application/json'] as const;

/**
 * Refuses what no page of our own sends: a POST of another site, and a body of a kind that other sites can send without asking.
 * @returns null where the request may go on
 */
export function refuseForeign(request: Request, takes: 'form' | 'json'): Response | null {
  if (!isSameOrigin(request)) return refusal(403, 'Requests of other sites are refused.');
  return hasBodyOf(request, takes) ? null : refusal(415, takes === 'json' ? 'The body must be application/json.' : 'The body must be a form.');
}

/**
 * Does this request come from a page of our own? Browsers say so for every POST; where they speak plain http they name the page's
 * address alone, which is the one they asked, or APP_URL where a proxy asks us under another.
 */
export function isSameOrigin(request: Request, appUrl: () => string = () => getServices().appUrl): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = request.headers.get('origin');
  if (origin === null || !URL.canParse(origin)) return false;
  return new URL(origin).host === request.headers.get('host') || origin === new URL(appUrl()).origin;
}

/** Was it a page of another site that sent this? Programs such as curl say nothing of a site. */
export function isCrossSite(request: Request): boolean {
  const silent = request.headers.get('sec-fetch-site') === null && request.headers.get('origin') === null;
  return !silent && !isSameOrigin(request);
}

/** Is the kind of the body, where it names one, what the endpoint takes? */
export function hasBodyOf(request: Request, takes: 'form' | 'json'): boolean {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return (takes === 'json' ? JSON_BODY : FORM).some((each) => each === type);
}

/** Does it bring a body of another kind than the endpoint takes, or one that names no kind? */
export function bringsOther(request: Request, takes: 'form' | 'json'): boolean {
  const { headers } = request;
  const hasBody = Number(headers.get('content-length') ?? 0) > 0 || headers.get('transfer-encoding') !== null;
  return (hasBody || headers.get('content-type') !== null) && !hasBodyOf(request, takes);
}

/**
 * Where a request comes from, for the audit log: the address that connected, which our own server writes down, and whom that one says
 * it stands for. A proxy adds what it saw at the end: whatever stands before is the word of whoever asked it.
 */
export function whereFrom(request: { headers: Headers }): string {
  const peer = plain(request.headers.get('x-factory-peer') ?? 'unknown');
  const claimed = plain((request.headers.get('x-forwarded-for') ?? '').split(',').at(-1)?.trim() || peer);
  return claimed === peer ? peer : `${claimed.slice(0, 64)} through ${peer}`;
}

/**
 * Did it come from this machine, and through no proxy? One on this machine that neither says that it passes on nor for which host it was
 * asked cannot be told from a program here.
 */
export function isOfThisMachine(request: { headers: Headers }): boolean {
  const peer = plain(request.headers.get('x-factory-peer') ?? '');
  const host = (request.headers.get('host') ?? '').replace(/:\d+$/, '');
  return request.headers.get('x-factory-proxied') === 'no' && isLoopback(peer) && (host === 'localhost' || isLoopback(host));
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === '[::1]' || /^127(\.\d{1,3}){3}$/.test(address);
}

function plain(address: string): string {
  return address.replace(/^::ffff:/, '');
}

/** A refusal in the simplest form: whoever gets it sent no request of ours. */
function refusal(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { 'cache-control': 'no-store' } });
}
