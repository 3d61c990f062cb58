import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { asProcessEnv } from '../domain/process-env.ts';
import { authenticateApiToken } from '../services/access/api-tokens.ts';
import { takeLock } from './start/lock.ts';
import { ROOT } from './version.ts';

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-cli-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

function factory(args: string[], env: Record<string, string> = {}): { status: number | null; stdout: string; stderr: string } {
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: database.url, RUNTIME: 'process', ...env };
  return spawnSync(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: asProcessEnv(own),
    timeout: 120_000,
  });
}

/** The same, while this process goes on to answer. */
function factoryAsync(args: string[], env: Record<string, string>): Promise<{ stdout: string }> {
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: database.url, RUNTIME: 'process', ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', ...args], { cwd: ROOT, env: asProcessEnv(own) }, (_error, stdout) =>
      resolve({ stdout }),
    );
  });
}

test('--help names every command', () => {
  const { stdout, status } = factory(['--help']);
  expect(status).toBe(0);
  for (const name of ['up', 'web', 'supervisor', 'doctor', 'login-link', 'token', 'migrate', 'backup', 'restore', 'demo'])
    expect(stdout).toMatch(new RegExp(`^  ${name}`, 'm'));
});

test('a reader who has read enough gets no stack', () => {
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: database.url, RUNTIME: 'process' };
  const command = `"${process.execPath}" --import tsx server/cli/main.ts doctor | head -1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8', env: asProcessEnv(own), timeout: 120_000 });
  expect(stdout).toMatch(/Node\.js/);
  expect(stderr).toBe('');
});

test('a wrong value stops with one sentence, and no stack', () => {
  const { stderr, status } = factory(['token', 'list'], { MAX_WORKERS: 'many' });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe('MAX_WORKERS=many is wrong: a whole number from 0 to 1000.');
});

test('a token is printed alone, works, is listed and can be ended', async () => {
  const token = factory(['token', 'create', 'ci']).stdout.trim();
  expect(token).toMatch(/^fct_[\w-]{43}$/);
  expect(await authenticateApiToken(database.db, token, { localMode: true, now: new Date() })).toMatchObject({ kind: 'token', name: 'ci' });
  expect(factory(['token', 'list']).stdout).toMatch(/^ci {2}submit {2}made .* last used/m);
  const reader = factory(['token', 'create', 'reader', '--scope', 'read']).stdout.trim();
  expect(await authenticateApiToken(database.db, reader, { localMode: true, now: new Date() })).toMatchObject({ name: 'reader', scope: 'read' });
  expect(factory(['token', 'create', 'x', '--scope', 'root']).stderr.trim()).toBe('--scope root is wrong: read, submit or admin.');
  expect(factory(['token', 'revoke', 'ci']).status).toBe(0);
  await expect(authenticateApiToken(database.db, token, { localMode: true, now: new Date() })).rejects.toThrow(/was revoked/);
  const stored = JSON.stringify(await database.db.apiToken.findMany());
  expect(stored).not.toContain(token);
  expect(factory(['token', 'revoke', 'nobody']).stderr).toContain('no live token named nobody');
});

test('login-link prints a link that the database knows by its hash only', async () => {
  const { stdout } = factory(['login-link']);
  expect(stdout).toMatch(/^http:\/\/localhost:3000\/sign-in\?link=fln_[\w-]{43}$/m);
  expect(await database.db.loginLink.count()).toBe(1);
});

test('migrate says that nothing is missing', () => {
  expect(factory(['migrate']).stdout).toContain('up to date');
});

test('demo makes its repository and submits one work item', async () => {
  expect(factory(['demo']).stdout).toMatch(/Watch it at http:\/\/localhost:3000\/work\/[a-z0-9]{12}/);
  const items = await database.db.workItem.findMany();
  expect(items).toMatchObject([{ source: 'demo', state: 'queued', verify: 'npm test' }]);
});

test('backup writes a file; restore takes it back only with --force, and not while the factory runs on this DATA_DIR', async () => {
  await database.db.user.create({ data: { id: 'ada', name: 'Ada' } });
  const file = join(dataDir, 'factory.backup');
  expect(factory(['backup', file]).stdout).toMatch(/factory\.backup: \d+ rows/);
  const lock = takeLock(dataDir, 'web');
  expect(factory(['restore', file, '--force']).stderr).toContain(`The factory runs on ${dataDir} (process ${process.pid}): stop it first.`);
  if (lock.kind === 'held') lock.release();
  expect(factory(['restore', file]).stderr).toContain('--force replaces all of it');
  expect(factory(['restore', file, '--force']).stdout).toMatch(
    /^\d+ rows of .* are back\..*\nEverybody signs in anew\. Members, roles and API tokens are as of \d{4}-\d\d-\d\dT/,
  );
  expect(factory(['restore', join(dataDir, 'nothing')]).stderr).toContain('There is no file');
});

describe('doctor', () => {
  interface Report {
    ok: boolean;
    checks: { name: string; result: string; detail: string; fix?: string }[];
  }
  test('passes, or says what to do about each finding', () => {
    const { stdout, status } = factory(['doctor', '--json']);
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.checks.map((check) => check.name)).toEqual([
      'Node.js',
      'git',
      'Configuration',
      'Disk',
      'Data folder',
      'Database',
      'Clock',
      'Vectors',
      'Port',
      'Gateway port',
      'Address',
      'Live streams',
      'Docker',
      'Worker image',
      'Leftovers',
      'Old factories',
      'GitHub token',
      'Model credential',
    ]);
    for (const check of report.checks) if (check.result !== 'PASS') expect(check.fix).toBeTruthy();
    expect(factory(['doctor']).stdout).toContain('Fix: type one in under Settings → Connections, or set GITHUB_TOKEN');
  });

  test('--fix closes the secrets folder and removes workspaces of runs that the database does not know, and nothing else', async () => {
    const secrets = join(dataDir, 'secrets');
    mkdirSync(secrets, { recursive: true });
    chmodSync(secrets, 0o755);
    const item = await database.db.workItem.findFirstOrThrow();
    const place = { engineId: 'e', owner: 'o', branch: 'b', runtime: 'process', agent: 'demo', isolated: false };
    await database.db.run.create({ data: { id: 'knownrun', workItemId: item.id, epoch: 1, state: 'ended', ...place } });
    for (const run of ['knownrun', 'strangerun', 'liverun']) mkdirSync(join(dataDir, 'runs', run, 'worker'), { recursive: true });
    writeFileSync(join(dataDir, 'runs', 'liverun', 'worker', 'identity.json'), '{}');

    const found = JSON.parse(factory(['doctor', '--json']).stdout) as Report;
    expect(found.checks.find((check) => check.name === 'Data folder')).toMatchObject({ result: 'FAIL', fix: `chmod 700 ${secrets}` });
    expect(found.checks.find((check) => check.name === 'Leftovers')).toMatchObject({
      result: 'WARN',
      detail: expect.stringContaining('1 workspaces') as string,
    });

    const fixed = factory(['doctor', '--fix']);
    expect(fixed.stdout).toContain('1 leftovers are removed.');
    expect(fixed.stdout).toMatch(/PASS {2}Leftovers +none/);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(dataDir, 'runs')).sort()).toEqual(['knownrun', 'liverun']);
  });

  test('--fix removes branches of the mirrors whose work item is gone, here alone, and only by the database that knows whose they are', async () => {
    const own = mkdtempSync(join(tmpdir(), 'factory-mirrors-'));
    const [remote, mirror] = [join(own, 'remote.git'), join(own, 'mirrors', 'a.git')];
    const git = (dir: string, ...args: string[]) => spawnSync('git', ['--git-dir', dir, ...args], { encoding: 'utf8', input: '' }).stdout.trim();
    const branches = (dir: string) => git(dir, 'for-each-ref', '--format=%(refname:short)').split('\n').filter(Boolean);
    const { id } = await database.db.workItem.findFirstOrThrow();
    const gone = 'ai-factory/zzzzzzzzzzzz-make-tea';
    const kept = [`ai-factory/${id}-make-tea`, 'ai-factory/learnings-0123456789ab', 'main'].sort();
    for (const dir of [remote, mirror]) {
      spawnSync('git', ['init', '-q', '--bare', dir]);
      const by = ['-c', 'user.name=t', '-c', 'user.email=t@t'];
      const commit = git(dir, ...by, 'commit-tree', '-m', 't', git(dir, 'mktree'));
      for (const branch of [gone, ...kept]) git(dir, 'update-ref', `refs/heads/${branch}`, commit);
    }
    git(mirror, 'remote', 'add', 'origin', remote);
    writeFileSync(join(own, 'supervisor-id'), 'of-the-mirrors\n');
    const leftovers = () => (JSON.parse(factory(['doctor', '--json'], { DATA_DIR: own }).stdout) as Report).checks.find((check) => check.name === 'Leftovers');
    try {
      expect(leftovers()).toMatchObject({ result: 'PASS' });
      const at = new Date(0);
      const row = { id: 'of-the-mirrors', host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: at, beatAt: at };
      await database.db.supervisor.create({ data: row });
      expect(leftovers()).toMatchObject({ result: 'WARN', detail: expect.stringContaining('1 branches of its mirrors to no work item') as string });
      expect(factory(['doctor', '--fix'], { DATA_DIR: own }).stdout).toContain('1 leftovers are removed.');
      expect(branches(mirror)).toEqual(kept);
      expect(branches(remote)).toContain(gone);
    } finally {
      await database.db.supervisor.deleteMany({ where: { id: 'of-the-mirrors' } });
      rmSync(own, { recursive: true, force: true });
    }
  });

  test('--fix leaves a container that runs, goes on past what the engine refuses, and says what stays', async () => {
    const own = mkdtempSync(join(tmpdir(), 'factory-engine-'));
    writeFileSync(join(own, 'supervisor-id'), 'of-the-engine\n');
    const container = (id: string, State: string) => ({ Id: id, State, Labels: { 'ai-factory.owner': 'of-the-engine', 'ai-factory.run': `run-${id}` } });
    const held = new Map([container('live', 'running'), container('refused', 'exited'), container('dead', 'exited')].map((each) => [each.Id, each]));
    const asked: string[] = [];
    const engine = createServer((request, response) => {
      const { method, url = '' } = request;
      const json = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      const id = /\/containers\/(\w+)\?/.exec(url)?.[1] ?? '';
      if (method === 'DELETE') {
        asked.push(`${id} ${/force=(true|1)/.test(url) ? 'by force' : 'gently'}`);
        if (id === 'refused') return json(409, { message: 'removal is already in progress' });
        held.delete(id);
        return response.writeHead(204).end();
      }
      if (url.includes('/containers/json')) return json(200, [...held.values()]);
      return json(200, url.includes('/volumes') ? { Volumes: [] } : url.includes('/version') ? { Version: '1' } : []);
    });
    await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
    const address = engine.address();
    const host = `tcp://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
    try {
      const { stdout } = await factoryAsync(['doctor', '--fix'], { DATA_DIR: own, RUNTIME: 'docker', DOCKER_HOST: host });
      expect(asked).toEqual(['refused gently', 'dead gently']);
      expect([...held.keys()]).toEqual(['live', 'refused']);
      expect(stdout).toContain('1 leftovers are removed.\n1 leftovers stay: ');
      expect(stdout).toMatch(/WARN {2}Leftovers +1 containers, .*; 1 containers work for runs that this database does not know: live/);
    } finally {
      engine.close();
      rmSync(own, { recursive: true, force: true });
    }
  });

  test('looks at the gateway’s port and the embedded Postgres’ too, and at the clock by GitHub’s', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { date: new Date(Date.now() + 60_000).toUTCString(), 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? String(address.port) : '';
    const own = mkdtempSync(join(tmpdir(), 'factory-ports-'));
    mkdirSync(join(own, 'secrets'), { mode: 0o700 });
    writeFileSync(join(own, 'gateway-port'), port);
    writeFileSync(join(own, 'secrets', 'postgres-port'), port);
    try {
      const github = { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: 'a-token-of-tests' };
      const { checks } = JSON.parse((await factoryAsync(['doctor', '--json'], { DATA_DIR: own, DATABASE_URL: '', ...github })).stdout) as Report;
      const of = (name: string) => checks.find((check) => check.name === name);
      for (const name of ['Gateway port', 'Postgres port']) expect(of(name)).toMatchObject({ result: 'WARN', detail: `${port} is taken by another program` });
      expect(of('GitHub token')).toMatchObject({ result: 'PASS' });
      expect(of('Clock, GitHub')).toMatchObject({ result: 'FAIL', detail: expect.stringMatching(/^\d\d\.\d s behind GitHub’s$/) as string });
    } finally {
      server.close();
      rmSync(own, { recursive: true, force: true });
    }
  });

  test('sees that a stream is held back, and that a port is another program’s', async () => {
    const server = createServer((request, response) => {
      response.end(request.url === '/healthz/stream' ? 'data: 0\n\ndata: 1\n\ndata: 2\n\n' : 'hello');
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const address = server.address();
    const port = String(address !== null && typeof address === 'object' ? address.port : 0);
    try {
      const { checks } = JSON.parse((await factoryAsync(['doctor', '--json'], { PORT: port })).stdout) as Report;
      expect(checks.find((check) => check.name === 'Live streams')).toMatchObject({
        result: 'FAIL',
        detail: expect.stringContaining('holds events back') as string,
      });
      expect(checks.find((check) => check.name === 'Port')).toMatchObject({ result: 'WARN', detail: `${port} is taken by another program` });
    } finally {
      server.close();
    }
  });

  test('says of a supervisor that runs with another environment what it told, not what this shell lacks', async () => {
    const of = { runtime: 'docker', engineId: 'e', pid: 1, startedAt: new Date(), beatAt: new Date() };
    const none = { github: null, model: null, loaded: { github: null, model: null }, problems: [] };
    const github = { source: 'environment', form: 'token' };
    await database.db.supervisor.create({ data: { id: 'elsewhere', host: 'box', ...of, credentials: { ...none, github } } });
    const silent = { RUNTIME: 'docker', DOCKER_HOST: 'tcp://127.0.0.1:1', ANTHROPIC_API_KEY: 'sk-ant-of-this-shell' };
    const look = () => {
      const { checks } = JSON.parse(factory(['doctor', '--json'], silent).stdout) as Report;
      return (name: string) => checks.find((check) => check.name === name);
    };
    try {
      const beside = look();
      expect(beside('GitHub token')).toMatchObject({ result: 'PASS', detail: expect.stringContaining('the supervisor on box has one') as string });
      expect(beside('Docker')).toMatchObject({ result: 'PASS', detail: expect.stringContaining('the supervisor on box has one') as string });
      expect(beside('Model credential')).toMatchObject({ result: 'PASS', detail: 'is set' });

      writeFileSync(join(dataDir, 'supervisor-id'), 'elsewhere\n');
      const own = look();
      expect(own('Docker')).toMatchObject({ result: 'FAIL' });
      expect(own('Model credential')).toMatchObject({ result: 'WARN', detail: expect.stringContaining('was started without it') as string });
    } finally {
      rmSync(join(dataDir, 'supervisor-id'), { force: true });
      await database.db.supervisor.delete({ where: { id: 'elsewhere' } });
    }
  });

  test('asks the engine itself, with no docker command around, and has its words where it is silent', () => {
    const silent = factory(['doctor', '--json'], { RUNTIME: 'docker', DOCKER_HOST: 'tcp://127.0.0.1:1' });
    expect(silent.status).toBe(1);
    const { checks } = JSON.parse(silent.stdout) as Report;
    expect(checks.find((check) => check.name === 'Docker')).toMatchObject({ result: 'FAIL', detail: expect.stringContaining('ECONNREFUSED') as string });
  });

  test('fails with exit 1 where the database does not answer, and where the configuration is wrong', () => {
    const down = factory(['doctor', '--json'], { DATABASE_URL: 'postgresql://x:y@localhost:1/none' });
    expect(down.status).toBe(1);
    expect((JSON.parse(down.stdout) as Report).checks.find((check) => check.name === 'Database')).toMatchObject({ result: 'FAIL' });
    expect(down.stdout).not.toContain('x:y@');
    const migrating = factory(['migrate'], { DATABASE_URL: 'postgresql://x:y@localhost:1/none' });
    expect(migrating.status).toBe(1);
    expect(migrating.stderr).toMatch(/Nothing answers at .*:1: is the database of DATABASE_URL running\?/);
    const wrong = factory(['doctor'], { PORT: 'x' });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('FAIL  Configuration      PORT=x is wrong');
  });
});
