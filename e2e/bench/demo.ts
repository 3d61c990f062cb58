import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startFactory, until } from '../factory.ts';
import type { Row } from './figures.ts';

const ROOT = join(import.meta.dirname, '../..');
const GOAL_SECONDS = 60;

/** From a bare start without Docker, the build of the web app included, to the demo's `completed`; and memory at rest after it. */
export async function benchDemo(): Promise<Row[]> {
  rmSync(join(ROOT, '.next'), { recursive: true, force: true });
  const started = performance.now();
  const factory = await startFactory({ env: { RUNTIME: 'process', AGENT: 'demo' } });
  try {
    const up = performance.now();
    const env = { ...process.env, DATA_DIR: factory.dataDir };
    execFileSync(process.execPath, ['--import', 'tsx', 'server/cli/main.ts', 'demo'], { cwd: ROOT, env, stdio: 'ignore' });
    await until('the demo to complete', async () => {
      const { items } = (await (await factory.api('/api/work')).json()) as { items: { state: string; verified: boolean | null }[] };
      return items.some((item) => item.state === 'completed' && item.verified === true);
    });
    const seconds = (performance.now() - started) / 1000;
    const rest = residentMb(factory.pid);
    return [
      { name: 'bare start → sign-in link', value: `${((up - started) / 1000).toFixed(1)} s` },
      { name: 'bare start → demo completed', value: `${seconds.toFixed(1)} s`, goal: `< ${GOAL_SECONDS} s`, met: seconds < GOAL_SECONDS },
      { name: 'memory of web at rest', value: `${rest.web} MB` },
      { name: 'memory of supervisor at rest', value: `${rest.supervisor} MB` },
    ];
  } finally {
    await factory.stop();
  }
}

/** Resident memory of the children of `npm start`, in MB. */
function residentMb(parent: number): { web: number; supervisor: number } {
  const found = { web: Number.NaN, supervisor: Number.NaN };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== parent) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const mb = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
      if (command.includes('web-process')) found.web = mb;
      if (command.includes('worker/supervisor/main')) found.supervisor = mb;
    } catch {
      continue; // gone meanwhile
    }
  }
  return found;
}
