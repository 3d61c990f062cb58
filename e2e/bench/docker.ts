import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { BARE_BASE, ensureDebootstrapBase, ensureDockerEngine } from '../docker-setup.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { ms, percentile, type Row } from './figures.ts';

const run = promisify(execFile);
const ROUNDS = 8;
const GOAL = 1.1;

/** Claim → Ralph's first word to the factory from a container, against a raw start of the same image with the same flags over the Engine API. */
export async function benchDocker(): Promise<Row[]> {
  const engine = await ensureDockerEngine();
  await ensureDebootstrapBase();
  const factory = await startFactory({ env: { RUNTIME: 'docker', AGENT: 'demo', WORKER_BASE: BARE_BASE, MAX_WORKERS: '1', DAILY_BUDGET: '10000' } });
  try {
    const repo = createBareRepository();
    const { sample } = await measureOne(factory, repo); // the first builds the image, and gives the flags
    const starts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) starts.push((await measureOne(factory, repo)).startMs);
    const raw: number[] = [];
    for (let round = 0; round < ROUNDS; round++) raw.push(await rawStart(sample));
    const [start, floor] = [percentile(starts, 50), percentile(raw, 50)];
    const ratio = start / floor;
    return [
      {
        name: 'claim → Ralph’s first word (docker), p50',
        value: ms(start),
        floor: `${ms(floor)} raw Engine API start`,
        ratio: `${ratio.toFixed(2)}×`,
        goal: `≤ ${GOAL.toFixed(2)}×`,
        met: ratio <= GOAL,
      },
    ];
  } finally {
    await factory.stop();
    if (engine.started) process.kill(engine.started, 'SIGTERM');
  }
}

interface Sample {
  Image: string;
  HostConfig: object;
}

async function measureOne(factory: Factory, repo: string): Promise<{ startMs: number; sample: Sample }> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, spec: '- [ ] Write a line', verify: 'true' }) });
  const { id } = (await answer.json()) as WorkItemView;
  const sample = await until(
    'the worker container',
    async () => {
      const item = (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
      const name = (await run('docker', ['ps', '-aq', '--filter', `label=ai-factory.run=${item.runs[0]?.id ?? 'none'}`])).stdout.trim().split('\n')[0];
      if (!name) return undefined;
      const [found] = JSON.parse((await run('docker', ['inspect', name])).stdout) as { Config: { Image: string }; HostConfig: object }[];
      return found && { Image: found.Config.Image, HostConfig: found.HostConfig };
    },
    600_000,
  );
  await until('the item to complete', async () => ((await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView).state === 'completed');
  const [row] = await factory.sql<{ claimed: Date; heard: Date | null }>(
    'SELECT created_at AS claimed, registered_at AS heard FROM run WHERE work_item_id = $1',
    [id],
  );
  if (!row?.heard) throw new Error('the run left no trace');
  return { startMs: row.heard.getTime() - row.claimed.getTime(), sample };
}

/** Milliseconds from the first call of the Engine API to the first byte of a container with the same image, flags, network and a volume of its own. */
async function rawStart({ Image, HostConfig }: Sample): Promise<number> {
  const docker = new Docker();
  const started = performance.now();
  const container = await docker.createContainer({
    Image,
    Cmd: ['--help'],
    HostConfig: { ...HostConfig, Mounts: [{ Type: 'volume', Source: '', Target: '/workspace' }] },
    AttachStdout: true,
    AttachStderr: true,
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    await new Promise((resolve) => stream.once('data', resolve));
    return performance.now() - started;
  } finally {
    await container.remove({ force: true, v: true });
  }
}
