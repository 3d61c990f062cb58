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
    timeout: 60_000,
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

test('a wrong value stops with one sentence, and no stack', () => {
  const { stderr, status } = factory(['token', 'list'], { MAX_WORKERS: 'many' });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe('MAX_WORKERS=many is wrong: a whole number from 0 to 1000.');
});

test('a token is printed alone, works, is listed and can be ended', async () => {
  const token = factory(['token', 'create', 'ci']).stdout.trim();
  expect(token).toMatch(/^fct_[\w-]{43}$/);
  expect(await authenticateApiToken(database.db, token, new Date())).toMatchObject({ kind: 'token', name: 'ci' });
  expect(factory(['token', 'list']).stdout).toMatch(/^ci {2}submit {2}made .* last used/m);
  const reader = factory(['token', 'create', 'reader', '--scope', 'read']).stdout.trim();
  expect(await authenticateApiToken(database.db, reader, new Date())).toMatchObject({ name: 'reader', scope: 'read' });
  expect(factory(['token', 'create', 'x', '--scope', 'root']).stderr.trim()).toBe('--scope root is wrong: read, submit or admin.');
  expect(factory(['token', 'revoke', 'ci']).status).toBe(0);
  await expect(authenticateApiToken(database.db, token, new Date())).rejects.toThrow(/was revoked/);
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
  expect(factory(['restore', file, '--force']).stdout).toMatch(/^\d+ rows of .* are back\./);
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
    const wrong = factory(['doctor'], { PORT: 'x' });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('FAIL  Configuration      PORT=x is wrong');
  });
});
