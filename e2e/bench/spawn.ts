import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { createBareRepository } from '../repository.ts';
import { ms, percentile, type Row } from './figures.ts';
import { measureNotify } from './notify-floor.ts';

const ROUNDS = 15;
const AGENT = join(import.meta.dirname, '../agents/one-task.mjs');

/** Enqueue → claimed against a bare NOTIFY, and claim → Ralph's first line against a bare start of the same program. */
export async function benchSpawn(): Promise<Row[]> {
  const factory = await startFactory({
    env: { RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}`, MAX_WORKERS: '1', DAILY_BUDGET: '10000' },
  });
  try {
    const floor = await measureNotify(factory.databaseUrl(), 200);
    const claims: number[] = [];
    const starts: number[] = [];
    const repo = createBareRepository();
    for (let round = 0; round < ROUNDS; round++) {
      const { claimMs, startMs } = await measureOne(factory, repo);
      claims.push(claimMs);
      starts.push(startMs);
    }
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) bare.push(await bareStart(join(factory.dataDir, 'tools', 'ralph.mjs')));
    const [claim, notify, start, raw] = [percentile(claims, 50), percentile(floor, 50), percentile(starts, 50), percentile(bare, 50)];
    return [
      { name: 'enqueue → claimed, p50', value: ms(claim), floor: `${ms(notify)} bare NOTIFY`, ratio: `${(claim / notify).toFixed(1)}×` },
      { name: 'claim → Ralph’s first line (process), p50', value: ms(start), floor: `${ms(raw)} bare start of Ralph`, ratio: `${(start / raw).toFixed(2)}×` },
    ];
  } finally {
    await factory.stop();
  }
}

async function measureOne(factory: Factory, repo: string): Promise<{ claimMs: number; startMs: number }> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo, spec: '- [ ] Create a.txt', verify: 'true' }) });
  const { id } = (await answer.json()) as WorkItemView;
  await until('the item to complete', async () => ((await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView).state === 'completed');
  const [row] = await factory.sql<{ enqueued: Date; claimed: Date }>(
    'SELECT w.created_at AS enqueued, r.created_at AS claimed FROM work_item w JOIN run r ON r.work_item_id = w.id WHERE w.id = $1',
    [id],
  );
  const [first] = await factory.sql<{ ts: string }>(
    `SELECT e->>'ts' AS ts FROM event_chunk c, jsonb_array_elements(c.events) e WHERE c.work_item_id = $1 AND e->>'type' = 'run.started' LIMIT 1`,
    [id],
  );
  if (!row || !first) throw new Error('the run left no trace');
  return { claimMs: row.claimed.getTime() - row.enqueued.getTime(), startMs: new Date(first.ts).getTime() - row.claimed.getTime() };
}

/** Milliseconds until a bare start of the same program prints its first byte. */
function bareStart(program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [program, '--version'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.once('error', reject);
    const heard = () => resolve(performance.now() - started);
    child.stdout.once('data', heard);
    child.stderr.once('data', heard);
  });
}
