import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { newId } from '../../db/ids.ts';
import { type Env, parseEnv } from '../../env.ts';
import { checkLeftovers, removeLeftovers } from './leftovers.ts';

const docker = new Docker();
const [mine, other] = [newId(), newId()];
let database: TestDatabase;
let dataDir: string;
let env: Env;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'factory-leftovers-'));
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'supervisor-id'), `${mine}\n`);
  env = parseEnv({ DATA_DIR: dataDir, DATABASE_URL: database.url });
});
afterAll(async () => {
  for (const owner of [mine, other]) for (const name of await volumes(owner)) await docker.getVolume(name).remove();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const make = (name: string, owner: string, run: string) => docker.createVolume({ Name: name, Labels: { 'ai-factory.owner': owner, 'ai-factory.run': run } });
async function volumes(owner: string): Promise<string[]> {
  return (await docker.listVolumes({ filters: { label: [`ai-factory.owner=${owner}`] } })).Volumes.map(({ Name }) => Name).sort();
}

test('volumes of runs that the database does not know are removed, of this supervisor alone', async () => {
  const data = { id: 'i', source: 't', sourceId: 'i', repo: 'r', repoKind: 'git', cloneUrl: 'r', title: 't', originalSpec: '', spec: '', tasksTotal: 1 };
  await database.db.workItem.create({ data: { ...data, state: 'running', maxIterations: 1, maxUsd: 1, createdBy: 't' } });
  const run = { id: `known-${mine}`, workItemId: 'i', epoch: 1, state: 'running', runtime: 'docker', agent: 'demo', isolated: true };
  await database.db.run.create({ data: { ...run, engineId: 'e', owner: mine, branch: 'b' } });
  await make(`known-${mine}`, mine, run.id);
  await make(`strange-${mine}`, mine, 'nobody-knows');
  await make(`foreign-${other}`, other, 'nobody-knows');

  expect(await checkLeftovers(env)).toMatchObject({ result: 'WARN', safe: true, detail: expect.stringContaining('0 containers, 1 volumes') as string });
  expect(await removeLeftovers(env)).toEqual(['1 leftovers are removed.']);
  expect(await volumes(mine)).toEqual([`known-${mine}`]);
  expect(await volumes(other)).toEqual([`foreign-${other}`]);
  expect(await checkLeftovers(env)).toMatchObject({ result: 'PASS' });
  expect(await checkLeftovers({ ...env, DATABASE_URL: 'postgresql://x:y@localhost:1/none' })).toMatchObject({
    result: 'PASS',
    detail: expect.stringContaining('without the database') as string,
  });
});
