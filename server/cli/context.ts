import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createQueue } from '../adapters/queue.ts';
import { createDb } from '../db/client.ts';
import { ConfigError } from '../domain/settings/settings.ts';
import { type Env, parseEnv, serviceConfig } from '../env.ts';
import type { Ctx } from '../services/context.ts';
import { readVersion } from './version.ts';

export function dataDirOf(env: Env): string {
  return resolve(env.DATA_DIR);
}

/** DATABASE_URL, or the address that a factory in DATA_DIR has written down. @throws ConfigError where there is neither */
export function findDatabaseUrl(env: Env): string {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const path = join(dataDirOf(env), 'secrets', 'database-url');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  throw new ConfigError(`No database is known: start the factory once with “npm start”, or set DATABASE_URL.`);
}

/** Runs one command of a person at this machine with the services' context, and closes what it opened. */
export async function withContext<T>(work: (ctx: Ctx, env: Env) => Promise<T>): Promise<T> {
  const env = parseEnv(process.env);
  return withDatabase(findDatabaseUrl(env), env, work);
}

export async function withDatabase<T>(url: string, env: Env, work: (ctx: Ctx, env: Env) => Promise<T>): Promise<T> {
  const db = createDb(url, 2);
  const queue = createQueue({ url, supervise: false, onError: () => undefined });
  try {
    return await work(
      { actor: { kind: 'cli', name: 'command line' }, db, queue, now: () => new Date(), config: serviceConfig(env, readVersion()), fromWhere: 'cli' },
      env,
    );
  } finally {
    await queue.stop();
    await db.$disconnect();
  }
}
