import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { registerWorker } from '../protocol/register-worker.ts';
import { readPublication } from '../publication/read-publication.ts';
import { claimRun } from '../runs/claim-run.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { allowHost } from './repositories/allow-host.ts';
import { getRepository } from './repositories/get-repository.ts';
import { listRepositories } from './repositories/list-repositories.ts';
import { removeRepository, saveRepository } from './repositories/save-repository.ts';

let database: TestDatabase;
let queue: Queue;
let ctx: Ctx;
let supervisor: Ctx;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ MAX_WORKERS: '9', COOLDOWN_SECONDS: '0', VERIFY_COMMAND: 'env verify', SETUP_COMMAND: 'env setup' }), 'test');
  ctx = { db: database.db, queue, now: () => new Date(), config, actor: { kind: 'person', id: 'ada', name: 'Ada', role: 'admin' } };
  supervisor = { ...ctx, actor: { kind: 'supervisor', id: 'here' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.workItem.deleteMany();
  await database.db.repositorySettings.deleteMany();
});

const make = async (fields: object = {}) => (await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] tea', ...fields })).item;
const claim = () => claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false });
async function claimed() {
  const found = await claim();
  if (found.kind !== 'claimed') throw new Error(JSON.stringify(found));
  return found.run;
}
const register = (run: { id: string; epoch: number }, role: 'worker' | 'verifier' = 'worker') =>
  registerWorker({ ...ctx, actor: { kind: 'run', runId: run.id, epoch: run.epoch, role } });

test('an item’s own word holds, else its repository’s, else the environment’s', async () => {
  await make({ title: 'plain' });
  const plain = await claimed();
  expect(await register(plain)).toMatchObject({ setup: 'env setup', verify: 'env verify', testEnv: {} });

  await saveRepository(ctx, { name: 'acme/shop', verify: 'repo verify', baseBranch: 'develop', image: 'acme/image:1', testEnv: { TEA: 'green' }, setup: ' ' });
  // At once, also for the verifier of a worker that lives already.
  expect(await register(plain, 'verifier')).toMatchObject({ setup: 'env setup', verify: 'repo verify', testEnv: { TEA: 'green' } });
  await make({ verify: 'own verify', image: 'own/image' });
  const own = await claimed();
  expect(own.workItem).toMatchObject({ baseBranch: 'develop', image: 'own/image' });
  expect(await register(own)).toMatchObject({ setup: 'env setup', verify: 'own verify' });
  expect(await readPublication(supervisor, { workItemId: own.workItemId, runId: own.id })).toMatchObject({ baseBranch: 'develop' });

  await removeRepository(ctx, { name: 'acme/shop' });
  expect(await register(plain, 'verifier')).toMatchObject({ verify: 'env verify' });
  await expect(removeRepository(ctx, { name: 'acme/shop' })).rejects.toMatchObject({ code: 'not_found' });
});

test('new work takes the caps of its repository', async () => {
  await saveRepository(ctx, { name: 'acme/shop', maxIterations: 7, maxUsd: 2.5 });
  expect(await make()).toMatchObject({ maxIterations: 7, maxUsd: 2.5 });
  expect(await make({ maxIterations: 3 })).toMatchObject({ maxIterations: 3, maxUsd: 2.5 });
  expect(await make({ repo: 'acme/other' })).toMatchObject({ maxIterations: 30, maxUsd: 10 });
});

test('a repository has no more workers than its cap, says so on what waits, and holds up no other', async () => {
  await saveRepository(ctx, { name: 'acme/shop', maxWorkers: 1 });
  const [first, second] = [await make(), await make()];
  const other = await make({ repo: 'acme/other' });
  expect((await claimed()).workItemId).toBe(first.id);
  expect((await claimed()).workItemId).toBe(other.id);
  expect(await claim()).toEqual({ kind: 'empty' });
  const waits = async () => (await database.db.workItem.findUniqueOrThrow({ where: { id: second.id } })).waitingReason;
  expect(await waits()).toBe('1 of 1 workers are busy (its repository’s settings)');
  await saveRepository(ctx, { name: 'acme/shop', maxWorkers: 0 });
  expect(await waits()).toBeNull();
  await claim();
  expect(await waits()).toBe('no worker may start (its repository’s settings)');
  await saveRepository(ctx, { name: 'acme/shop', maxWorkers: null });
  expect((await claimed()).workItemId).toBe(second.id);
  expect((await listRepositories(ctx)).repositories).toMatchObject([
    { name: 'acme/other', stored: false, items: 1, workers: 1 },
    { name: 'acme/shop', stored: true, items: 2, workers: 2 },
  ]);
});

test('a repository’s own agent works for it; where that one cannot work its items wait and say so, and hold up no other', async () => {
  await saveRepository(ctx, { name: 'acme/shop', agent: 'command' });
  const item = await make();
  const other = await make({ repo: 'acme/other' });
  expect(await claimed()).toMatchObject({ workItemId: other.id, agent: 'demo' });
  expect(await claim()).toEqual({ kind: 'empty' });
  const waits = async () => (await database.db.workItem.findUniqueOrThrow({ where: { id: item.id } })).waitingReason;
  expect(await waits()).toBe('it is for AGENT_COMMAND, which no supervisor here has (its repository’s settings)');
  expect(await claimRun(supervisor, { engineId: 'e', runtime: 'process', agents: ['demo', 'command'], isolated: false })).toMatchObject({
    kind: 'claimed',
    run: { workItemId: item.id, agent: 'command' },
  });
  const second = await make();
  await claim();
  await saveRepository(ctx, { name: 'acme/shop', agent: null });
  expect(await claimed()).toMatchObject({ workItemId: second.id, agent: 'demo' });
  await expect(saveRepository(ctx, { name: 'acme/shop', agent: 'robot' })).rejects.toMatchObject({ code: 'bad_request', field: 'agent' });
});

test('a name means the same repository however it is written; what is left out of a change stays', async () => {
  expect(await saveRepository(ctx, { name: 'https://github.com/acme/shop.git', verify: 'make' })).toEqual({ name: 'acme/shop' });
  await saveRepository(ctx, { name: 'acme/shop', setup: 'npm ci' });
  await allowHost(ctx, { name: 'acme/shop', host: 'a.test' });
  expect((await getRepository(ctx, { name: 'acme/shop' })).settings).toMatchObject({ verify: 'make', setup: 'npm ci', egressAllow: ['a.test'], testEnv: {} });
  const audit = await database.db.audit.findMany({ where: { to: 'acme/shop' }, orderBy: { id: 'desc' }, take: 2 });
  expect(audit).toMatchObject([
    { action: 'repository.egress', actor: 'Ada' },
    { action: 'repository.changed', why: 'setup' },
  ]);
});

test('what would be a secret, the factory’s own or no host is refused beside its field', async () => {
  const refused: [object, RegExp][] = [
    [{ testEnv: { KEY: 'ghp_0123456789012345678901234567890123456' } }, /^testEnv: KEY looks like a credential/],
    [{ testEnv: { HTTPS_PROXY: 'x' } }, /testEnv.*own/],
    [{ testEnv: { FACTORY_TOKEN: 'x' } }, /testEnv.*own/],
    [{ testEnv: { 'a b': 'x' } }, /testEnv/],
    [{ egressAllow: ['https://a.test/'] }, /egressAllow.*host/],
    [{ image: '--privileged' }, /image/],
    [{ maxUsd: 0 }, /maxUsd/],
  ];
  for (const [settings, words] of refused) await expect(saveRepository(ctx, { name: 'acme/shop', ...settings })).rejects.toThrow(words);
  await expect(saveRepository(ctx, { name: 'no repository' })).rejects.toMatchObject({ field: 'repo' });
  expect(await database.db.repositorySettings.count()).toBe(0);
  const worker: Ctx = { ...ctx, actor: { kind: 'run', runId: 'r', epoch: 1, role: 'worker' } };
  for (const act of [saveRepository, removeRepository, allowHost, getRepository])
    await expect(act(worker, { name: 'acme/shop', host: 'a.test' })).rejects.toMatchObject({ code: 'forbidden' });
});
