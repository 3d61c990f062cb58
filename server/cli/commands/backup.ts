import { existsSync, mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { backUp } from '../../db/backup.ts';
import { startEmbeddedPostgres } from '../../db/embedded-postgres.ts';
import { RestoreRefused, restore } from '../../db/restore.ts';
import { ConfigError } from '../../domain/settings/settings.ts';
import { type Env, parseEnv } from '../../env.ts';
import { dataDirOf } from '../context.ts';
import { takeLock } from '../start/lock.ts';
import { readVersion } from '../version.ts';

const MIB = 1024 ** 2;
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Writes the database into a file; it may be in use meanwhile. */
export async function backupCommand(file: string): Promise<void> {
  const path = resolve(file);
  const env = parseEnv(process.env);
  const dataDir = dataDirOf(env);
  // A start meanwhile would use the server that this command started, and lose it with the command's end.
  const lock = !env.DATABASE_URL && existsSync(dataDir) ? takeLock(dataDir, 'up') : null;
  const mayStop = lock?.kind !== 'taken';
  try {
    const { rows } = await withPostgres(env, (url) => backUp({ url, file: path, version: readVersion() }), mayStop);
    sayWritten(path, rows);
  } finally {
    if (lock?.kind !== 'taken') lock?.release();
  }
}

function sayWritten(path: string, rows: number): void {
  say(`${path}: ${rows} rows, ${(statSync(path).size / MIB).toFixed(1)} MiB. Keep DATA_DIR/secrets too: what was typed into Connections opens with it only.`);
}

/** Puts a backup back. The factory must not run on this DATA_DIR, nor a supervisor on the database. */
export async function restoreCommand(file: string, { force = false }: { force?: boolean }): Promise<void> {
  const path = resolve(file);
  if (!existsSync(path)) throw new ConfigError(`There is no file ${path}.`);
  const env = parseEnv(process.env);
  const dataDir = dataDirOf(env);
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const locks: { release: () => void }[] = [];
  try {
    for (const role of ['up', 'web', 'supervisor'] as const) {
      const lock = takeLock(dataDir, role);
      if (lock.kind === 'taken') throw new ConfigError(`The factory runs on ${dataDir} (process ${lock.holder.pid}): stop it first.`);
      locks.push(lock);
    }
    const { rows, at } = await withPostgres(env, (url) => restore({ url, file: path, force }));
    say(`${rows} rows of ${at} are back. Start the factory: work that was under way goes on by itself.`);
    say(`Everybody signs in anew. Members, roles and API tokens are as of ${at}: remove and revoke again what was removed and revoked since.`);
  } catch (error) {
    throw error instanceof RestoreRefused ? new ConfigError(error.message) : error;
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** The Postgres of DATABASE_URL, else the one in DATA_DIR: started for this command where it does not run. */
async function withPostgres<T>(env: Env, work: (url: string) => Promise<T>, mayStop = true): Promise<T> {
  if (env.DATABASE_URL) return work(env.DATABASE_URL);
  const postgres = await startEmbeddedPostgres(dataDirOf(env));
  try {
    return await work(postgres.url);
  } finally {
    if (!postgres.adopted && mayStop) await postgres.stop();
  }
}
