import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, SETTINGS, embeddingConfig, environmentFor, parseEnv } from './env.ts';

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

describe('a factory for one person is not opened to the network', () => {
  const team = { AUTH_GITHUB_ID: 'Iv1.x', AUTH_GITHUB_SECRET: 'a-client-secret', AUTH_SECRET: 'ab'.repeat(16), AUTH_ALLOWED_USERS: 'ada' };

  test.each(['0.0.0.0', '::', '10.0.0.5', 'factory.lan'])('LISTEN_HOST=%s is refused without sign-in, and taken with it', (address) => {
    expect(() => parseEnv({ LISTEN_HOST: address })).toThrow(/^LISTEN_HOST=\S+ opens the factory to the network, and signing in as a team is not configured/);
    expect(parseEnv({ LISTEN_HOST: address, ...team })).toMatchObject({ LISTEN_HOST: address, localMode: false });
  });

  test.each(['localhost', '127.0.0.1', '::1'])('LISTEN_HOST=%s is taken', (address) => {
    expect(parseEnv({ LISTEN_HOST: address })).toMatchObject({ LISTEN_HOST: address });
  });

  test('a container binds every address where its port is published on loopback, and only there', () => {
    const inside = { LISTEN_HOST: '0.0.0.0' };
    for (const address of ['127.0.0.1', '[::1]']) expect(parseEnv({ ...inside, PUBLISHED_HOST: address })).toMatchObject({ localMode: true });
    expect(() => parseEnv({ ...inside, PUBLISHED_HOST: '0.0.0.0' })).toThrow(/^PUBLISHED_HOST=0\.0\.0\.0 \(docker-compose: HOST_BIND\) opens the factory/);
    expect(() => parseEnv({ PUBLISHED_HOST: '0.0.0.0' })).toThrow(ConfigError);
    expect(parseEnv({ ...inside, PUBLISHED_HOST: '0.0.0.0', ...team })).toMatchObject({ localMode: false });
    // A supervisor publishes no port, whatever its image says.
    expect(parseEnv(inside, 'supervisor')).toMatchObject({ localMode: true });
  });

  test('docker-compose tells web where it publishes it, and what METRICS is', () => {
    const compose = readFileSync(join(import.meta.dirname, '../docker/docker-compose.yml'), 'utf8');
    const web = compose.slice(compose.indexOf('\n  web:\n'), compose.indexOf('\n  supervisor:\n'));
    expect(web).toContain('- ${HOST_BIND:-127.0.0.1}:${PORT:-3000}:${PORT:-3000}');
    expect(web).toContain('<<: *shared');
    expect(compose.slice(compose.indexOf('x-shared: &shared'), compose.indexOf('services:'))).toContain('PUBLISHED_HOST: ${HOST_BIND:-127.0.0.1}');
    expect(web).toContain('METRICS: ${METRICS:-off}');
  });
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
    ['EMBEDDING', 'magic', /^EMBEDDING=magic is wrong: auto, onnx, endpoint, words or none\.$/],
    ['EMBEDDING', 'endpoint', /^EMBEDDING=endpoint needs EMBEDDING_BASE_URL\.$/],
    ['EMBEDDING_BASE_URL', 'http://localhost:11434/v1', /^EMBEDDING_BASE_URL needs EMBEDDING_MODEL/],
    ['EMBEDDING_MODEL_SHA256', 'abc', /^EMBEDDING_MODEL_SHA256=abc is wrong: 64 hexadecimal digits\.$/],
  ])('%s=%s', (name, value, sentence) => {
    expect(() => parseEnv({ [name]: value })).toThrow(sentence);
    expect(() => parseEnv({ [name]: value })).toThrow(ConfigError);
  });
});

describe('embeddings', () => {
  const given = {
    ...{ EMBEDDING_BASE_URL: 'http://localhost:11434/v1', EMBEDDING_MODEL: 'nomic-embed-text', EMBEDDING_API_KEY: 'key-hunter2' },
    ...{ EMBEDDING_MODEL_PATH: '/models/bge', EMBEDDING_MODEL_SHA256: 'A'.repeat(64) },
  };

  test('what is set is handed on, and nothing needs to be', () => {
    expect(embeddingConfig(parseEnv(given))).toEqual({
      ...{ kind: 'auto', modelPath: '/models/bge', modelUrl: null, modelSha256: 'a'.repeat(64) },
      ...{ baseUrl: 'http://localhost:11434/v1', model: 'nomic-embed-text', apiKey: 'key-hunter2' },
    });
    expect(embeddingConfig(parseEnv({}))).toMatchObject({ kind: 'auto', modelPath: null, modelUrl: null, baseUrl: null, apiKey: null });
  });

  test('two models are refused, and a password in an address or a key that is no header is not repeated', () => {
    expect(() => parseEnv({ ...given, EMBEDDING_MODEL_URL: 'https://example.org/bge' })).toThrow(
      /^EMBEDDING_MODEL_PATH and EMBEDDING_MODEL_URL are both set: take one\.$/,
    );
    expect(() => parseEnv({ EMBEDDING_MODEL_URL: 'https://me:hunter2@example.org/bge' })).toThrow(
      /^EMBEDDING_MODEL_URL=https:\/\/\[redacted\]@example\.org\/bge is wrong: an http or https address without a password\.$/,
    );
    expect(() => parseEnv({ ...given, EMBEDDING_API_KEY: 'hunter2\nhunter2' })).toThrow(/^EMBEDDING_API_KEY is wrong: a key without spaces\.$/);
  });

  test('the supervisor alone has them', () => {
    expect(environmentFor('web', given)).toEqual({});
    expect(environmentFor('supervisor', given)).toEqual(given);
  });
});

describe('signing in with GitHub', () => {
  const whole = {
    ...{ AUTH_GITHUB_ID: 'Iv1.abc', AUTH_GITHUB_SECRET: 'client-hunter2', AUTH_SECRET: 'x1'.repeat(16) },
    ...{ AUTH_ALLOWED_ORGS: 'acme, tea-makers', AUTH_ALLOWED_USERS: 'ada' },
  };

  test('configured whole ends local mode, and any HOST and APP_URL will do', () => {
    const env = parseEnv({ ...whole, HOST: '0.0.0.0', APP_URL: 'https://factory.example.org' });
    expect(env).toMatchObject({ localMode: false, appUrl: 'https://factory.example.org', HOST: '0.0.0.0' });
    expect(env.signIn).toMatchObject({ clientId: 'Iv1.abc', allowedOrgs: ['acme', 'tea-makers'], allowedUsers: ['ada'] });
    expect(parseEnv({})).toMatchObject({ localMode: true, signIn: null });
  });

  test.each([
    ['AUTH_GITHUB_ID', /^AUTH_GITHUB_SECRET is set and AUTH_GITHUB_ID is not/],
    ['AUTH_GITHUB_SECRET', /^AUTH_GITHUB_ID is set and AUTH_GITHUB_SECRET is not/],
    ['AUTH_SECRET', /^Signing in with GitHub needs AUTH_SECRET/],
  ])('without %s the start is refused', (name, sentence) => {
    expect(() => parseEnv({ ...whole, [name]: '' })).toThrow(sentence);
    expect(() => parseEnv({ ...whole, [name]: '' })).not.toThrow(/hunter2/);
  });

  test('with nobody who may enter the start is refused; one list is enough', () => {
    expect(() => parseEnv({ ...whole, AUTH_ALLOWED_ORGS: '', AUTH_ALLOWED_USERS: ' , ' })).toThrow(
      /nobody may enter: set AUTH_ALLOWED_ORGS or AUTH_ALLOWED_USERS/,
    );
    expect(parseEnv({ ...whole, AUTH_ALLOWED_ORGS: '' }).signIn?.allowedUsers).toEqual(['ada']);
    expect(() => parseEnv({ ...whole, AUTH_ALLOWED_USERS: 'ada; DROP' })).toThrow(/^AUTH_ALLOWED_USERS=ada; DROP is wrong: a comma-separated list/);
  });

  test('the supervisor knows by the client ID alone that this is no local mode', () => {
    const its = environmentFor('supervisor', { ...whole, HOST: '0.0.0.0' });
    expect(its).toEqual({ AUTH_GITHUB_ID: 'Iv1.abc', HOST: '0.0.0.0' });
    expect(parseEnv(its, 'supervisor')).toMatchObject({ localMode: false, signIn: null });
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
