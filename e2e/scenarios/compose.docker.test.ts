import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureDockerEngine, ensureNodeBase, BARE_BASE, NODE_BASE } from '../docker-setup.ts';
import { sweepEngine } from '../engine-sweep.ts';
import { freePort, until } from '../factory.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const PROJECT = `aif${randomBytes(4).toString('hex')}`;
const IMAGE = 'ai-factory:of-tests';
const options = { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 };
let env: Record<string, string | undefined>;

const docker = async (...args: string[]) => (await run('docker', args, options)).stdout.trim();
const compose = async (args: string[], more: Record<string, string | undefined> = {}) => {
  const files = ['-f', 'docker/docker-compose.yml', '-f', 'e2e/stand-ins/compose-postgres.yml'];
  return (await run('docker-compose', ['-p', PROJECT, ...files, ...args], { ...options, env: { ...env, ...more } as NodeJS.ProcessEnv })).stdout.trim();
};
const inside = (service: string, ...command: string[]) => compose(['exec', '-T', service, ...command]);
const factory = (...args: string[]) => inside('web', 'node', '--import', 'tsx', 'server/cli/main.ts', ...args);

const itemSchema = z.object({
  id: z.string(),
  state: z.string(),
  verified: z.boolean().nullable(),
  lastError: z.string().nullable(),
  waitingReason: z.string().nullable(),
});

beforeAll(async () => {
  await ensureDockerEngine();
  await ensureNodeBase();
  const registry = (await run('npm', ['config', 'get', 'registry'], options)).stdout.trim();
  env = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME, FACTORY_IMAGE: IMAGE, PORT: String(await freePort()), COOLDOWN_SECONDS: '0' },
    ...{ POSTGRES_PASSWORD: randomBytes(12).toString('hex'), AUTH_SECRET: randomBytes(32).toString('hex') },
    ...{ GITHUB_TOKEN: 'ghp_only-for-the-supervisor', AGENT: 'demo', WORKER_BASE: BARE_BASE },
  };
  const build = ['build', '--network', 'host', '--build-arg', `BASE=${NODE_BASE}`, '--build-arg', `NPM_REGISTRY=${registry}`];
  await run('docker', [...build, '-t', IMAGE, '-f', 'docker/Dockerfile', '.'], { ...options, env: { ...process.env, DOCKER_BUILDKIT: '0' } });
});

afterAll(async () => {
  const id = await inside('supervisor', 'cat', '/data/supervisor-id').catch(() => '');
  await compose(['down', '-v', '--timeout', '5']);
  if (id !== '') await sweepEngine(id);
});

describe('docker-compose.yml', () => {
  it('is refused without its secrets, naming the one that is missing', async () => {
    for (const name of ['POSTGRES_PASSWORD', 'AUTH_SECRET']) await expect(compose(['config'], { [name]: undefined })).rejects.toThrow(/openssl rand/);
  });

  it('publishes the web app alone, on loopback, and gives the socket to the supervisor alone', async () => {
    // The file itself, without the stand-in for Postgres.
    const { stdout } = await run('docker-compose', ['-f', 'docker/docker-compose.yml', 'config'], { ...options, env: env as NodeJS.ProcessEnv });
    expect(stdout).toMatch(/image: pgvector\/pgvector:pg17/);
    expect(stdout.match(/^ +- \/var\/run\/docker\.sock:/gm)).toHaveLength(1);
    expect(stdout.match(/^ {4}ports:$/gm)).toHaveLength(1);
    expect(stdout).toContain(`127.0.0.1:${env.PORT}:${env.PORT}`);
  });

  it('takes the address that people type, and its port, from the environment', async () => {
    const more = { APP_URL: 'https://factory.test', PORT: '4000' };
    const stdout = await compose(['config'], more);
    expect(stdout.match(/APP_URL: https:\/\/factory\.test$/gm)).toHaveLength(2);
    expect(stdout).toContain('127.0.0.1:4000:4000');
  });

  it('refuses a placeholder for a secret', async () => {
    const start = docker('run', '--rm', '--network', 'none', '-e', 'AUTH_SECRET=change-me', '-e', 'DATABASE_URL=postgresql://x:y@z/w', IMAGE, 'web');
    await expect(start).rejects.toThrow(/AUTH_SECRET still holds a placeholder/);
  });

  it('takes a spec to a verified branch, with the supervisor itself in a container', async () => {
    await compose(['up', '-d', '--no-build']);
    await until(
      'all to be healthy',
      async () => (await docker('ps', '--filter', `name=${PROJECT}`, '--filter', 'health=healthy', '-q')).split('\n').length === 3,
    );
    expect(await inside('web', 'env')).not.toContain('ghp_only-for-the-supervisor');
    expect(await inside('supervisor', 'env')).toContain('ghp_only-for-the-supervisor');
    await expect(inside('web', 'ls', '/var/run/docker.sock')).rejects.toThrow();
    const repository = 'git init -q -b main /tmp/w && cd /tmp/w && echo x > README.md && git add . && git -c user.name=x -c user.email=x@x commit -qm x';
    await inside('supervisor', 'sh', '-euc', `${repository} && git clone -q --bare . /data/demo.git`);

    const authorization = `Bearer ${(await factory('token', 'create', 'test')).trim()}`;
    const body = JSON.stringify({ repo: '/data/demo.git', spec: '# Two notes\n\n- [ ] the first\n- [ ] the second\n', verify: 'test -f README.md' });
    const url = `http://localhost:${env.PORT}/api/work`;
    const made = await fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body });
    expect(made.status).toBe(201);
    const { id } = itemSchema.parse(await made.json());
    const item = await until(
      'the item to end',
      async () => {
        const now = itemSchema.parse(await (await fetch(`${url}/${id}`, { headers: { authorization } })).json());
        return /^(queued|running)$/.test(now.state) ? null : now;
      },
      240_000,
    );
    expect(item).toMatchObject({ state: 'completed', verified: true, lastError: null });
    expect((await inside('supervisor', 'git', '--git-dir=/data/demo.git', 'log', '--oneline', '--branches=ai-factory/*')).split('\n')).toHaveLength(3);
  });
});
