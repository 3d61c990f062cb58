import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../../server/adapters/queue.ts';
import { ensureKeyPair, type KeyPair, readKeyPair } from '../../../server/adapters/sealed-box.ts';
import { parseEnv, serviceConfig } from '../../../server/env.ts';
import type { Ctx } from '../../../server/services/context.ts';
import { supervisorBeat } from '../../../server/services/runs/supervisor-beat.ts';
import { getConnections } from '../../../server/services/settings/get-connections.ts';
import { loadCredentials } from '../../../server/services/settings/load-credentials.ts';
import { publishConnections } from '../../../server/services/settings/publish-connections.ts';
import { clearCredential, setCredential } from '../../../server/services/settings/set-credential.ts';
import { testConnection } from '../../../server/services/settings/test-connection.ts';
import { Wake } from '../loops/wake.ts';
import { answer } from './answer.ts';
import { answerNext } from './run-requests.ts';
import { watchCredentials } from './watch-credentials.ts';

const SECRET = 'ghp_aTokenThatNobodyElseMaySee0123456789';
let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;
let dataDir: string;
let keyPair: KeyPair;
let api: Server;
let apiUrl: string;
const mirrors = { dataDir: '/nowhere', host: {}, githubServerUrl: 'https://github.test', githubToken: null, localMode: true };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-connections-'));
  keyPair = await ensureKeyPair(dataDir);
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({}), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'admin' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
  // GitHub and the model in one: they know one secret each.
  api = createServer((request, response) => {
    const json = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (request.url?.startsWith('/v1/messages/count_tokens')) {
      if (request.headers['x-api-key'] === 'sk-ant-api-right' || request.headers.authorization === 'Bearer sk-ant-oat-right')
        return void json(200, { input_tokens: 8 });
      return void json(401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } });
    }
    if (request.headers.authorization !== `Bearer ${SECRET}`) return void json(401, { message: 'Bad credentials' });
    if (request.url === '/user') return void json(200, { login: 'octo' }, { 'x-oauth-scopes': 'repo, read:org' });
    json(200, [{ permissions: { push: true } }, { permissions: { push: false } }]);
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  apiUrl = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
});
afterAll(async () => {
  api.close();
  await queue.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.db.credential.deleteMany();
  await database.db.supervisorRequest.deleteMany();
  await database.db.supervisor.deleteMany();
  await supervisorBeat(supervisor, { host: 'box', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
  await publishConnections(supervisor, { publicKey: keyPair.publicKey, inForce: (await load()).inForce });
});

const load = (env = {}) => loadCredentials(database.db, { supervisorId: 'here', keyPair, env });
async function view(kind: 'github' | 'model') {
  const found = (await getConnections(ctx)).connections.find((each) => each.kind === kind);
  if (!found) throw new Error('no such connection');
  return found;
}

test('what is typed in is stored sealed: only the supervisor’s key opens it, and no screen or audit row has it', async () => {
  await setCredential(ctx, { kind: 'github', secret: ` ${SECRET}\n` });
  const rows = await database.db.credential.findMany();
  expect(rows).toMatchObject([{ kind: 'github', supervisorId: 'here', form: 'token', setBy: 'Ada' }]);
  const stored = rows[0]?.sealed ?? '';
  const seen = JSON.stringify([rows, await database.db.audit.findMany(), await database.db.supervisor.findMany(), await getConnections(ctx)]);
  expect(seen).not.toContain(SECRET);
  expect(Buffer.from(stored, 'base64url').toString('latin1')).not.toContain(SECRET.slice(4, 12));
  const other = mkdtempSync(join(tmpdir(), 'factory-other-'));
  expect((await ensureKeyPair(other)).open(stored)).toBeNull();
  rmSync(other, { recursive: true, force: true });
  expect(keyPair.open(stored)).toBe(SECRET);
  expect((await readKeyPair(dataDir))?.open(stored)).toBe(SECRET);
  expect(statSync(join(dataDir, 'secrets', 'supervisor-key')).mode & 0o777).toBe(0o600);
});

test('it wins over the environment, which holds again when it is cleared', async () => {
  const env = { GITHUB_TOKEN: 'from-the-environment', ANTHROPIC_API_KEY: 'also' };
  expect((await load(env)).inForce).toMatchObject({ github: { source: 'environment' }, model: { source: 'environment', form: 'api_key' } });
  await setCredential(ctx, { kind: 'github', secret: SECRET });
  await setCredential(ctx, { kind: 'model', secret: 'sk-ant-oat-right' });
  expect({ ...env, ...(await load(env)).env }).toEqual({ GITHUB_TOKEN: SECRET, ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat-right' });
  await clearCredential(ctx, { kind: 'model' });
  expect({ ...env, ...(await load(env)).env }).toEqual({ GITHUB_TOKEN: SECRET, ANTHROPIC_API_KEY: 'also' });
  await expect(clearCredential(ctx, { kind: 'model' })).rejects.toMatchObject({ code: 'conflict' });
});

test('the supervisor starts again at the change, and the screen says until then that it is not taken over yet', async () => {
  const { signature } = await load();
  const wake = new Wake();
  const restarted = new Promise<string>((restart) => {
    void watchCredentials({ ctx: supervisor, supervisorId: 'here', signature, restart, log }, { wake, signal: new AbortController().signal });
  });
  expect((await view('github')).supervisors).toMatchObject([{ changing: false, inForce: null }]);
  await setCredential(ctx, { kind: 'github', secret: SECRET });
  wake.wake();
  expect(await restarted).toContain('credentials');
  expect((await view('github')).supervisors).toMatchObject([{ changing: true }]);
  await publishConnections(supervisor, { publicKey: keyPair.publicKey, inForce: (await load()).inForce });
  expect((await view('github')).supervisors).toMatchObject([{ changing: false, inForce: { source: 'settings', form: 'token' } }]);
  expect((await view('model')).supervisors).toMatchObject([{ changing: false, inForce: null }]);
});

test('a supervisor that came after a secret was typed in is said to have it not, until it is typed in again', async () => {
  await setCredential(ctx, { kind: 'github', secret: SECRET });
  expect((await view('github')).supervisors).toMatchObject([{ id: 'here', unsealed: false }]);
  const later: Ctx = { ...ctx, actor: { kind: 'supervisor', id: 'later' } };
  await supervisorBeat(later, { host: 'other', pid: 1, runtime: 'process', engineId: 'e', startedAt: new Date(), gatewayUpSince: null, facts: {} });
  await publishConnections(later, {
    publicKey: keyPair.publicKey,
    inForce: (await loadCredentials(database.db, { supervisorId: 'later', keyPair, env: {} })).inForce,
  });
  const unsealed = async () => Object.fromEntries((await view('github')).supervisors.map(({ id, unsealed: is }) => [id, is]));
  expect(await unsealed()).toEqual({ here: false, later: true });
  await setCredential(ctx, { kind: 'github', secret: SECRET });
  expect(await unsealed()).toEqual({ here: false, later: false });
});

test('a secret that was sealed to a key that is lost is said to be, and the environment holds', async () => {
  await setCredential(ctx, { kind: 'github', secret: SECRET });
  const lost = mkdtempSync(join(tmpdir(), 'factory-lost-'));
  const { env, inForce } = await loadCredentials(database.db, { supervisorId: 'here', keyPair: await ensureKeyPair(lost), env: { GITHUB_TOKEN: 'old' } });
  rmSync(lost, { recursive: true, force: true });
  expect(env).toEqual({});
  expect(inForce).toMatchObject({
    github: { source: 'environment' },
    problems: [{ kind: 'github', sentence: expect.stringContaining('type it in again') as string }],
  });
});

test('Test says who the token is and what it may do, or why it does not work', async () => {
  const ask = async (kind: 'github' | 'model', credentials: object) => {
    await testConnection(ctx, { kind, supervisorId: 'here' });
    const env = { ...parseEnv({ GITHUB_API_URL: apiUrl, ANTHROPIC_BASE_URL: apiUrl }), ...credentials };
    await answerNext(
      { ctx: supervisor, log, answer: (asked, signal) => answer({ ctx: supervisor, mirrors, host: {}, env, log }, asked, signal) },
      new AbortController().signal,
    );
    return (await view(kind)).supervisors[0]?.test?.answer;
  };
  expect(await ask('github', { GITHUB_TOKEN: SECRET })).toEqual({
    works: true,
    sentence: 'The token is octo’s (scopes repo, read:org), and may push to 1 repository.',
  });
  expect(await ask('github', { GITHUB_TOKEN: 'wrong-token' })).toMatchObject({
    works: false,
    sentence: expect.stringContaining('does not know this token') as string,
  });
  expect(await ask('github', {})).toMatchObject({ works: false });
  expect(await ask('model', { ANTHROPIC_API_KEY: 'sk-ant-api-right' })).toMatchObject({
    works: true,
    sentence: expect.stringContaining('takes the API key') as string,
  });
  expect(await ask('model', { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat-right' })).toMatchObject({
    works: true,
    sentence: expect.stringContaining('subscription’s token') as string,
  });
  expect(await ask('model', { ANTHROPIC_API_KEY: 'sk-ant-api-wrong' })).toMatchObject({
    works: false,
    sentence: expect.stringContaining('invalid x-api-key') as string,
  });
  expect(await ask('model', { ANTHROPIC_API_KEY: 'x', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' })).toMatchObject({
    works: false,
    sentence: expect.stringContaining('cannot be reached') as string,
  });
});

test('what is no secret is refused beside the field; without a supervisor nothing can be sealed; a worker may do nothing of this', async () => {
  await expect(setCredential(ctx, { kind: 'github', secret: 'two words here' })).rejects.toMatchObject({ field: 'secret' });
  await expect(setCredential(ctx, { kind: 'github', secret: 'short' })).rejects.toMatchObject({ field: 'secret' });
  const worker: Ctx = { ...ctx, actor: { kind: 'run', runId: 'r', epoch: 1, role: 'worker' } };
  for (const act of [setCredential, clearCredential, testConnection])
    await expect(act(worker, { kind: 'github', secret: SECRET, supervisorId: 'here' })).rejects.toMatchObject({ code: 'forbidden' });
  await database.db.supervisor.deleteMany();
  await expect(setCredential(ctx, { kind: 'github', secret: SECRET })).rejects.toThrow(/No supervisor lives/);
});
