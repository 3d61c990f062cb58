import { expect, test } from '../journey.ts';
import { type Factory, signIn, startFactory } from '../factory.ts';

// What a page may load and run is said by the answer that brings it: each page, and each that is none.

let factory: Factory;
let cookie: string;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  factory = await startFactory({ env: { RUNTIME: 'process' } });
  cookie = await signIn(factory);
});
test.afterAll(async () => {
  await factory?.stop();
});

const PAGES = ['/', '/work', '/work/new', '/workers', '/learnings', '/metrics', '/sign-in', '/settings/health', '/settings/tokens'];
const NO_PAGES = ['/nope', '/api', '/healthzX', '/healthz/nope', '/readyzX', '/icon.svgX', '/icon_svg', '/_next/nope', '/_nextX', '/work/nope/nope'];

async function ask(path: string, headers: Record<string, string> = {}): Promise<{ answer: Response; html: string; policy: Map<string, string[]> }> {
  const answer = await fetch(factory.url + path, { headers: { accept: 'text/html', cookie, ...headers }, redirect: 'manual' });
  const directives = (answer.headers.get('content-security-policy') ?? '').split(';').map((each) => each.trim().split(/\s+/));
  return { answer, html: await answer.text(), policy: new Map(directives.map(([name = '', ...values]) => [name, values])) };
}

for (const path of [...PAGES, ...NO_PAGES]) {
  test(`${path} runs its own scripts only, is framed by nobody and loads nothing from elsewhere`, async () => {
    const { answer, html, policy } = await ask(path);
    expect(NO_PAGES.includes(path) ? 404 : path === '/sign-in' ? 307 : 200).toBe(answer.status);
    const scripts = policy.get('script-src') ?? [];
    const nonce = /^'nonce-(.+)'$/.exec(scripts.find((each) => each.startsWith("'nonce-")) ?? '')?.[1];
    expect(nonce).toMatch(/^[\w+/=]{20,}$/);
    expect(scripts.filter((each) => !each.startsWith("'nonce-"))).toEqual(["'self'", "'strict-dynamic'"]);
    expect([policy.get('default-src'), policy.get('object-src'), policy.get('base-uri')]).toEqual([["'self'"], ["'none'"], ["'none'"]]);
    expect([policy.get('frame-ancestors'), policy.get('form-action'), policy.get('img-src')]).toEqual([["'none'"], ["'self'"], ["'self'", 'data:']]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe(path === '/sign-in' ? 'no-referrer' : 'same-origin');
    // Each script of the page carries the nonce of its answer.
    for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
  });
}

test('each answer has a nonce of its own, and a browser brings none', async () => {
  const nonces = new Set<string>();
  for (const path of ['/work', '/work', '/nope', '/healthzX']) {
    const { html, policy } = await ask(path, { 'x-nonce': 'mine', 'content-security-policy': "script-src 'nonce-mine'" });
    nonces.add(policy.get('script-src')?.find((each) => each.startsWith("'nonce-")) ?? '');
    expect(html).not.toContain('nonce="mine"');
  }
  expect(nonces.size).toBe(4);
});

test('what is no part of the API is said in JSON, to every method; files that are not there are no pages', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await fetch(`${factory.url}/api/nope/nope`, { method });
    expect([answer.status, await answer.json(), answer.headers.get('x-content-type-options')]).toEqual([
      404,
      { error: { code: 'not_found', message: expect.stringContaining(`There is no ${method} /api/nope/nope`) } },
      'nosniff',
    ]);
  }
  const { answer, html } = await ask('/_next/static/nope.js');
  expect([answer.status, html.includes('<script')]).toEqual([404, false]);
});
