import { resolve } from 'node:path';
import { migrate } from '../../db/migrate.ts';
import { ConfigError } from '../../domain/settings.ts';
import { parseEnv } from '../../env.ts';
import { findDatabaseUrl } from '../context.ts';
import { buildWeb } from '../start/build-web.ts';
import { keepRunning } from '../start/child.ts';
import { childArgs, childEnv } from '../start/children.ts';
import { takeLock } from '../start/lock.ts';
import { step } from '../start/steps.ts';

const STOP_MS = 4_500;

/** Starts web or a supervisor alone, beside a Postgres that others run: this is how they scale apart. */
export async function runRole(role: 'web' | 'supervisor'): Promise<void> {
  const env = parseEnv(process.env);
  const url = findDatabaseUrl(env);
  const dataDir = resolve(env.DATA_DIR);
  const lock = takeLock(dataDir, role);
  if (lock.kind === 'taken') throw new ConfigError(`A ${role} runs already on ${dataDir} (process ${lock.holder.pid}). Give this one another DATA_DIR.`);
  await step('migrations', () => migrate(url));
  if (role === 'web') await step('build', () => buildWeb(new AbortController().signal));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const own = { DATABASE_URL: url, DATA_DIR: dataDir };
  const child = keepRunning({ name: role, args: childArgs(role, false), env: childEnv(role, own, false), dataDir, say });
  say(role === 'web' ? `web runs at ${env.appUrl}` : 'supervisor runs');
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  await child.stop(STOP_MS);
  lock.release();
}
