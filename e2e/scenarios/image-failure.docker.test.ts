import Docker from 'dockerode';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Status, WorkItemView } from '../../server/contracts/rest.ts';
import { ensureDockerEngine } from '../docker-setup.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';

const NO_SUCH_BASE = 'ai-factory-test/no-such-base:1';

let factory: Factory;
beforeAll(async () => {
  await ensureDockerEngine();
}, 300_000);
afterEach(async () => {
  await factory?.stop();
  if (factory) expect((await new Docker().listNetworks({ filters: { label: [`ai-factory.data-dir=${factory.dataDir}`] } })).length).toBe(0);
});

async function submit(): Promise<string> {
  const body = JSON.stringify({ repo: createBareRepository(), spec: '- [ ] Write a line', verify: 'true' });
  return ((await (await factory.api('/api/work', { method: 'POST', body })).json()) as WorkItemView).id;
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
const status = async () => (await (await factory.api('/api/status')).json()) as Status;

test('the image cannot be built: the demo runs as a process, and the engine’s own words are shown', { timeout: 300_000 }, async () => {
  factory = await startFactory({ env: { RUNTIME: 'auto', AGENT: 'demo', WORKER_BASE: NO_SUCH_BASE } });
  const id = await submit();
  const item = await until('the item to complete', async () => {
    const now = await read(id);
    return now.state === 'completed' ? now : undefined;
  });
  expect(item.verified).toBe(true);
  expect(item.runs).toMatchObject([{ runtime: 'process', isolated: false, reason: 'verified' }]);
  const said = await until('the overview to say why', async () =>
    (await status()).supervisors.flatMap((one) => one.facts.off).find((one) => one.includes(NO_SUCH_BASE.split(':')[0] ?? '')),
  );
  expect(said).toMatch(/The demo runs as a process/);
});

test('the image cannot be built: a real agent waits, with the engine’s own words as the reason', { timeout: 300_000 }, async () => {
  factory = await startFactory({ env: { RUNTIME: 'auto', AGENT_COMMAND: 'true', WORKER_BASE: NO_SUCH_BASE } });
  const id = await submit();
  const waiting = await until('the reason', async () => {
    const item = await read(id);
    return item.waitingReason?.includes('no-such-base') ? item : undefined;
  });
  expect(waiting).toMatchObject({ state: 'queued', runs: [] });
});
