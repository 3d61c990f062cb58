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

/** Does this request come from a page of our own? Browsers say so for every POST. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  return originHost(request) === request.headers.get('host');
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

/**
 * Where a request comes from, for the audit log: the address that connected, which our own server writes down, and whom that one says
 * it stands for, which is only its word.
 */
export function whereFrom(request: { headers: Headers }): string {
  const peer = plain(request.headers.get('x-factory-peer') ?? 'unknown');
  const claimed = plain(request.headers.get('x-forwarded-for')?.split(',')[0]?.trim() ?? peer);
  return claimed === peer ? peer : `${claimed.slice(0, 64)} through ${peer}`;
}

/** Did it come from this machine, and through no proxy? */
export function isOfThisMachine(request: Request): boolean {
  const peer = plain(request.headers.get('x-factory-peer') ?? '');
  const passedOn = ['forwarded', 'via'].some((name) => request.headers.get(name) !== null);
  return !passedOn && whereFrom(request) === peer && (peer === '::1' || /^127(\.\d+){3}$/.test(peer));
}

function plain(address: string): string {
  return address.replace(/^::ffff:/, '');
}

function originHost(request: Request): string | null {
  const origin = request.headers.get('origin');
  return origin !== null && URL.canParse(origin) ? new URL(origin).host : '';
}

function refusal(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { 'cache-control': 'no-store' } });
}
