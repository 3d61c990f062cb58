import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BARE_BASE, ensureDebootstrapBase, ensureDockerEngine } from '../../../e2e/docker-setup.ts';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { machineName } from '../../adapters/this-machine.ts';
import { ownLabels } from '../../contracts/engine-labels.ts';
import { newId } from '../../db/ids.ts';
import { asProcessEnv } from '../../domain/process-env.ts';
import { type Env, parseEnv } from '../../env.ts';
import { checkAbandoned, removeAbandoned } from './abandoned.ts';

const docker = new Docker();
const made: string[] = [];
let database: TestDatabase;
let dir: string;
let env: Env;

beforeAll(async () => {
  await ensureDockerEngine();
  await ensureDebootstrapBase();
  database = await createTestDatabase();
  dir = mkdtempSync(join(tmpdir(), 'factory-abandoned-'));
  env = parseEnv({ DATA_DIR: join(dir, 'own'), DATABASE_URL: database.url });
});
afterAll(async () => {
  for (const owner of made) {
    const filters = { label: [`ai-factory.owner=${owner}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) await docker.getContainer(Id).remove({ force: true });
    for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await docker.getVolume(Name).remove();
  }
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** A network, a volume and a container, as a factory whose supervisor was killed leaves them. */
async function leave(name: string, { host = machineName(), running = false, there = false } = {}): Promise<{ owner: string; dataDir: string }> {
  const owner = newId();
  made.push(owner);
  const dataDir = join(dir, name);
  if (there) mkdirSync(dataDir);
  const Labels = ownLabels({ id: owner, dataDir, host });
  await docker.createNetwork({ Name: `ai-factory-${owner}`, Driver: 'bridge', Internal: true, Labels });
  await docker.createVolume({ Name: owner, Labels });
  const container = await docker.createContainer({
    ...{ Image: BARE_BASE, Cmd: running ? ['sleep', '600'] : ['true'], Labels },
    HostConfig: { NetworkMode: `ai-factory-${owner}`, Binds: [`${owner}:/workspace`] },
  });
  await container.start();
  if (!running) await container.wait();
  return { owner, dataDir };
}

async function held(owner: string): Promise<number> {
  const filters = { label: [`ai-factory.owner=${owner}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return containers.length + networks.length + volumes.length;
}

test('what a factory left whose folder is gone is listed and removed; what may still be somebody’s is neither', { timeout: 120_000 }, async () => {
  const gone = await leave('gone');
  const strangers = [await leave('there', { there: true }), await leave('elsewhere', { host: 'another-machine' }), await leave('works', { running: true })];
  const beats = await leave('beats');
  const seen = { host: 'h', pid: 1, runtime: 'docker', engineId: 'e', startedAt: new Date(), beatAt: new Date() };
  await database.db.supervisor.create({ data: { id: beats.owner, ...seen } });
  const served = await leave('served');
  const program = join(dir, 'worker/supervisor/main.ts');
  mkdirSync(join(program, '..'), { recursive: true });
  writeFileSync(program, 'process.stdout.write("up"); setInterval(() => undefined, 1000);\n');
  const supervisor = spawn(process.execPath, ['--import', 'tsx', program], {
    env: asProcessEnv({ ...process.env, DATA_DIR: served.dataDir }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => supervisor.stdout.once('data', resolve));
  try {
    const found = await checkAbandoned(env);
    expect(found).toMatchObject({ result: 'WARN', safe: true });
    expect(found.detail).toContain(gone.dataDir);
    for (const { dataDir } of [...strangers, beats, served]) expect(found.detail).not.toContain(dataDir);
    expect((await removeAbandoned(env))[0]).toMatch(/^\d+ networks, \d+ containers and \d+ volumes of factories whose data folder is gone are removed\.$/);
    expect(await held(gone.owner)).toBe(0);
    for (const { owner } of [...strangers, beats, served]) expect(await held(owner)).toBe(3);
    expect((await checkAbandoned(env)).result).toBe('PASS');
  } finally {
    supervisor.kill('SIGKILL');
  }
});

test('a path that the system cannot follow is not held to be gone', async () => {
  const { owner } = await leave('file/below');
  writeFileSync(join(dir, 'file'), '');
  expect(existsSync(join(dir, 'file/below'))).toBe(false);
  await removeAbandoned(env);
  expect(await held(owner)).toBe(3);
});
