import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../e2e/factory.ts';
import { createBareRepository } from '../../e2e/repository.ts';
import { createTestDatabase } from '../../e2e/test-database.ts';
import { createQueue } from '../../server/adapters/queue.ts';
import { saveRepository } from '../../server/services/settings/repositories/save-repository.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';

const AGENT = join(import.meta.dirname, '../../e2e/agents/one-task.mjs');

test('the supervisor takes an item to a verified, pushed branch, and ends on SIGTERM', { timeout: 120_000 }, async () => {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'factory-supervisor-'));
  const queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const limits = { maxWorkers: 2, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const config = { version: 't', limits, localMode: true, githubServerUrl: 'https://github.com', setupCommand: null, verifyCommand: null, agentCommand: null };
  const ctx = { actor: { kind: 'cli' as const, name: 't' }, db: database.db, now: () => new Date(), queue, config };
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir, RUNTIME: 'process', AGENT: 'command', AGENT_COMMAND: `node ${AGENT}`, COOLDOWN_SECONDS: '0' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'worker/supervisor/main.ts'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const { item } = await createWorkItem(ctx, { repo: createBareRepository(), spec: '- [ ] Create one.txt', verify: 'test -f one.txt' });
    const done = await until(
      'the item to end',
      async () => {
        const row = await database.db.workItem.findUniqueOrThrow({ where: { id: item.id } });
        return ['queued', 'running'].includes(row.state) ? undefined : row;
      },
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output}`);
    });
    expect(done).toMatchObject({ state: 'completed', verified: true });

    // The repository's own setup and verify commands, and its variables: in the worker and in the verifier.
    const repo = createBareRepository();
    const asks = 'test "$TEA" = green && echo "$TEA is served"';
    await saveRepository(ctx, { name: repo, setup: asks, verify: `${asks} && test -f two.txt`, testEnv: { TEA: 'green' } });
    const second = await createWorkItem(ctx, { repo, spec: '- [ ] Create two.txt' });
    const served = await until('the second item to end', async () => {
      const row = await database.db.workItem.findUniqueOrThrow({ where: { id: second.item.id }, include: { runs: true } });
      return ['queued', 'running'].includes(row.state) ? undefined : row;
    });
    expect(served).toMatchObject({ state: 'completed', verified: true, runs: [{ verifyExit: 0 }] });
    expect(served.runs[0]?.verifyLog?.match(/green is served/g)).toHaveLength(2);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await queue.stop();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
