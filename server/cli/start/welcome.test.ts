import { expect, test } from 'vitest';
import { welcome } from './welcome.ts';

const url = 'http://localhost:3000';
const text = (options: Partial<Parameters<typeof welcome>[0]>) =>
  welcome({ url, way: { team: true }, repo: 'acme/shop', agent: 'another', ...options }).join('\n');

test('one person is given a link, a token in the example, and the demo', () => {
  const said = text({ way: { team: false, link: `${url}/sign-in?link=fln_x`, token: 'fct_x' }, agent: 'demo, for want of a credential' });
  for (const part of ['link=fln_x', 'Bearer fct_x', 'npm run factory -- demo']) expect(said).toContain(part);
});

test('a team is given no secret and is not sent to a demo that it is refused', () => {
  const said = text({ agent: 'demo, for want of a credential' });
  expect(said).not.toMatch(/fct_|fln_|-- demo/);
  for (const part of ['Sign in with GitHub', 'token create NAME', 'Bearer TOKEN', 'Settings → Connections']) expect(said).toContain(part);
});

test('where somebody’s own token is called as the start’s, it is left alone and the way to one is named', () => {
  const said = text({ way: { team: false, link: `${url}/sign-in?link=fln_x`, token: null } });
  expect(said).toContain('token create NAME');
  expect(said).toContain('Bearer TOKEN');
});

test('an agent that is there is not talked about', () => {
  expect(text({})).not.toContain('DEMO');
  expect(text({ agent: 'demo' })).toContain('AGENT=demo');
});
