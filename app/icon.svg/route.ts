const MARK = '<rect width="32" height="32" rx="7" fill="#1d4fd7"/><path d="M7 24V13l6 4v-4l6 4V8h6v16z" fill="#fff"/>';

/** The icon of the tab; `?needs=` has it carry how many things need a person. It tells nothing that the question does not. */
export function GET(request: Request): Response {
  const needs = Number(/^\d{1,4}$/.exec(new URL(request.url).searchParams.get('needs') ?? '')?.[0] ?? 0);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${MARK}${needs > 0 ? badge(needs) : ''}</svg>`;
  return new Response(svg, {
    headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400', 'content-security-policy': "default-src 'none'" },
  });
}

function badge(needs: number): string {
  const text = needs > 9 ? '9+' : String(needs);
  return `<circle cx="21" cy="11" r="11" fill="#d4351c"/><text x="21" y="16" font-family="sans-serif" font-size="15" font-weight="700" text-anchor="middle" fill="#fff">${text}</text>`;
}
