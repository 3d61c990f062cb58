import { resolve } from 'node:path';
import { migrate } from '../../db/migrate.ts';
import { ConfigError } from '../../domain/settings/settings.ts';
import { originOf, parseEnv } from '../../env.ts';
import { findDatabaseUrl } from '../context.ts';
import { buildWeb } from '../start/build-web.ts';
import { type Child, keepRunning } from '../start/child.ts';
import { childArgs, childEnv } from '../start/children.ts';
import { takeLock } from '../start/lock.ts';
import { isPortFree } from '../start/ports.ts';
import { waitUntilReady } from '../start/ready.ts';
import { step } from '../start/steps.ts';

const STOP_MS = 4_500;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Starts web or a supervisor alone, beside a Postgres that others run: this is how they scale apart. */
export async function runRole(role: 'web' | 'supervisor'): Promise<void> {
  const env = parseEnv(process.env, role === 'supervisor' ? 'supervisor' : 'whole');
  const url = findDatabaseUrl(env);
  const dataDir = resolve(env.DATA_DIR);
  const lock = takeLock(dataDir, role);
  if (lock.kind === 'taken') throw new ConfigError(`A ${role} runs already on ${dataDir} (process ${lock.holder.pid}). Give this one another DATA_DIR.`);
  const stop = new AbortController();
  const asked = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (stop.abort(), done()));
  });
  const host = env.LISTEN_HOST ?? env.HOST;
  let child: Child | undefined;
  try {
    // Here PORT is what others (a container's published port, a proxy) count on: no other one will do.
    if (role === 'web' && !(await isPortFree(env.PORT, host))) throw new ConfigError(`PORT=${env.PORT} is taken by another program: set PORT to a free one.`);
    await step('migrations', () => migrate(url));
    if (role === 'web') await step('build', () => buildWeb(stop.signal));
    const own = { DATABASE_URL: url, DATA_DIR: dataDir };
    child = keepRunning({ name: role, args: childArgs(role, false), env: childEnv(role, own, false), dataDir, say });
    if (role === 'web') await step('web', () => waitUntilReady(originOf(env.HOST, env.PORT), stop.signal));
    say(role === 'web' ? `web runs at ${env.appUrl}` : 'supervisor runs');
    await asked;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    await child?.stop(STOP_MS);
    lock.release();
  }
}
