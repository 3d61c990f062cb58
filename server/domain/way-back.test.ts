import { expect, test } from 'vitest';
import { wayBack } from './way-back.ts';

test.each(['/', '/work/abc123?line=51234', '/work?state=running&q=a%20b', '/settings/limits', '/work?q=http://evil.example/', '/?a=//b'])(
  'leads back to %s',
  (asked) => expect(wayBack(asked)).toBe(asked),
);

test.each([
  '//evil.example',
  '//evil.example/work',
  '/\\evil.example',
  '\\\\evil.example',
  '/work\\..\\..\\evil',
  '/.//evil.example',
  '/work/..//evil.example',
  '/%2e//evil.example',
  '/./\\evil.example',
  'https://evil.example/',
  'https:evil.example',
  'http:/\\evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'work/abc',
  '',
  ' /work',
  '/\t/evil.example',
  '/\n/evil.example',
  '/work\r\nset-cookie: a=b',
  '/\u0000/evil.example',
  '/\u2028/evil.example',
  '/wörk',
  '@evil.example',
  '/sign-in?link=fln_x',
  '/sign-in',
  '/api/sign-out',
  '/work/../api/trpc/x',
  `/work?q=${'a'.repeat(2_000)}`,
  undefined,
  null,
  ['/work'],
  7,
])('leads from %j to the overview', (asked) => expect(wayBack(asked)).toBe('/'));

test('whatever is written into a link, it leads to this site', () => {
  const signs = ['/', '\\', '.', '%2f', '%5c', '%2e', ':', '@', '?', '#', 'evil.example', 'https', '\t', ' ', '%00', '%09'];
  let seed = 7;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let round = 0; round < 5_000; round++) {
    const asked = Array.from({ length: 1 + (next() % 6) }, () => signs[next() % signs.length]).join('');
    const led = wayBack(asked);
    expect(new URL(led, 'https://factory.example').origin, asked).toBe('https://factory.example');
    expect(wayBack(led), asked).toBe(led);
  }
});
