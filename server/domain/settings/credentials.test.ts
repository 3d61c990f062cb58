import { expect, test } from 'vitest';
import { asEnv, formOf } from './credentials.ts';

test('a secret is known by its looks, and the one that was typed in leaves no other of its kind', () => {
  expect(formOf('github', 'ghp_x')).toBe('token');
  expect(formOf('model', 'sk-ant-api03-x')).toBe('api_key');
  expect(formOf('model', 'sk-ant-oat01-x')).toBe('oauth_token');
  const env = { GITHUB_TOKEN: 'a', ANTHROPIC_API_KEY: 'b', CLAUDE_CODE_OAUTH_TOKEN: 'c' };
  expect({ ...env, ...asEnv('oauth_token', 'new') }).toEqual({ GITHUB_TOKEN: 'a', ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: 'new' });
  expect({ ...env, ...asEnv('api_key', 'new') }).toEqual({ GITHUB_TOKEN: 'a', ANTHROPIC_API_KEY: 'new', CLAUDE_CODE_OAUTH_TOKEN: undefined });
  expect({ ...env, ...asEnv('token', 'new') }).toMatchObject({ GITHUB_TOKEN: 'new', ANTHROPIC_API_KEY: 'b' });
});
