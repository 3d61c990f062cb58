import { describe, expect, test } from 'vitest';
import { ConfigError, SETTINGS, environmentFor, parseEnv } from './env.ts';

test('nothing is required, and the defaults are those of the documentation', () => {
  const env = parseEnv({});
  expect(env).toMatchObject({
    PORT: 3000,
    HOST: 'localhost',
    MAX_WORKERS: 2,
    DAILY_BUDGET: 200,
    COOLDOWN_SECONDS: 60,
    INTAKE_LABEL: 'ai-factory',
    POLL_INTERVAL: 60_000,
  });
  expect(env).toMatchObject({ RUNTIME: 'auto', AGENT: 'auto', REPOS: [], localMode: true, appUrl: 'http://localhost:3000' });
});

test('an empty value is an unset one', () => {
  expect(parseEnv({ PORT: '', MAX_WORKERS: '  ' })).toMatchObject({ PORT: 3000, MAX_WORKERS: 2 });
});

test('every spelling of loopback is taken', () => {
  for (const [host, url] of [
    ['127.0.0.1', 'http://127.0.0.1:3000'],
    ['::1', 'http://[::1]:3000'],
    ['[::1]', 'http://[::1]:3000'],
  ] as const) {
    expect(parseEnv({ HOST: host })).toMatchObject({ HOST: host === '[::1]' ? '::1' : host, appUrl: url });
  }
});

describe('a wrong value stops with one sentence that names the variable and what it takes', () => {
  test.each([
    ['PORT', 'eighty', /^PORT=eighty is wrong: a port from 1 to 65535\.$/],
    ['PORT', '70000', /^PORT=70000 is wrong/],
    ['MAX_WORKERS', '-1', /^MAX_WORKERS=-1 is wrong: a whole number/],
    ['DAILY_BUDGET_USD', 'ten', /^DAILY_BUDGET_USD=ten is wrong/],
    ['FACTORY_TZ', 'Mars/Olympus', /^FACTORY_TZ=Mars\/Olympus is wrong: an IANA time zone/],
    ['RUNTIME', 'podman', /^RUNTIME=podman is wrong: auto, docker or process\.$/],
    ['REPOS', 'acme', /^REPOS=acme is wrong: a comma-separated list/],
    ['DATABASE_URL', 'mysql://x:y@z/db', /^DATABASE_URL is wrong: a postgresql:\/\/ address\.$/],
    ['GITHUB_API_URL', 'ftp://x', /^GITHUB_API_URL=ftp:\/\/x is wrong/],
    ['HOST', '0.0.0.0', /^HOST=0\.0\.0\.0 is not this machine alone, and signing in as a team is not configured/],
    ['APP_URL', 'https://factory.example.org', /^APP_URL takes an address of this machine/],
    ['LISTEN_HOST', 'not an address', /^LISTEN_HOST=not an address is wrong: an address to bind\.$/],
    ['WORKER_BASE', '-x', /^WORKER_BASE=-x is wrong: the name of an image\.$/],
    ['EXTRA_CA_CERTS', '/no/such.pem', /^EXTRA_CA_CERTS=\/no\/such\.pem is wrong: the path of a PEM file\.$/],
    ['AGENT', 'command', /^AGENT=command needs AGENT_COMMAND/],
  ])('%s=%s', (name, value, sentence) => {
    expect(() => parseEnv({ [name]: value })).toThrow(sentence);
    expect(() => parseEnv({ [name]: value })).toThrow(ConfigError);
  });
});

test('a placeholder in the password of the database is refused; a developer’s plain one is not', () => {
  expect(() => parseEnv({ DATABASE_URL: 'postgresql://factory:change-me@postgres:5432/factory' })).toThrow(
    /^DATABASE_URL still holds a placeholder for its password\.$/,
  );
  expect(parseEnv({ DATABASE_URL: 'postgresql://postgres:password@localhost/x' }).DATABASE_URL).toContain('password');
});

test('a placeholder is refused, and a secret is never echoed', () => {
  for (const { name } of SETTINGS.filter((setting) => setting.secret)) {
    expect(() => parseEnv({ [name]: 'changeme' })).toThrow(new RegExp(`^${name} still holds a placeholder`));
    const secret = 'hunter2';
    const words = (() => {
      try {
        parseEnv({ [name]: secret });
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(words).not.toContain(secret);
  }
});

test('each process gets only what is its own', () => {
  const source = { GITHUB_TOKEN: 'g', ANTHROPIC_API_KEY: 'a', CLAUDE_CODE_OAUTH_TOKEN: 'c', AUTH_SECRET: 's', PORT: '1', PATH: '/bin' };
  expect(environmentFor('web', source)).toEqual({ AUTH_SECRET: 's', PORT: '1', PATH: '/bin' });
  expect(environmentFor('web', { ANTHROPIC_AUTH_TOKEN: 'a', CLAUDE_CONFIG_DIR: 'c', GH_TOKEN: 'g', GITHUB_ENTERPRISE_TOKEN: 'e', LANG: 'C' })).toEqual({
    LANG: 'C',
  });
  expect(environmentFor('supervisor', source)).toEqual({ GITHUB_TOKEN: 'g', ANTHROPIC_API_KEY: 'a', CLAUDE_CODE_OAUTH_TOKEN: 'c', PORT: '1', PATH: '/bin' });
});
