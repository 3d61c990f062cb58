import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { asProcessEnv } from '../domain/process-env.ts';
import { copyBinaries, embeddedNative, embeddedVersion, refuseOtherMajor } from './embedded-binaries.ts';
import { findPgvector, installPgvector, keepPgvector } from './pgvector/install-pgvector.ts';

const execute = promisify(execFile);
/** Nothing of our own environment: the server would show its clients all of it, credentials included. */
const SERVERS_OWN = asProcessEnv({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' });
const run = (program: string, args: string[], options: { cwd?: string; uid?: number; gid?: number } = {}) =>
  execute(program, args, { ...options, env: SERVERS_OWN });
const START_SECONDS = 30;
/** Where data and binaries go if the postgres user cannot reach a checkout (as under /root). */
const SYSTEM_DIR = '/var/lib/ai-factory';

export interface EmbeddedPostgres {
  url: string;
  /** A server that an earlier start left behind was taken over. */
  adopted: boolean;
  /** Sentences that the person who starts it should see. */
  notes: string[];
  /** Starts it again whenever it died, until stop(); tells in a sentence. */
  watch: (say: (line: string) => void) => void;
  stop: () => Promise<void>;
}

const WATCH_MS = 1_000;

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Starts the Postgres 17 that comes with the package, in DATA_DIR, on loopback only; makes the cluster at the first start. A
 * server that a killed start left behind is taken over as it is.
 * @param dataDir absolute
 * @param options.flags more of the server's own settings, such as `-c fsync=off`
 * @throws Error with Postgres' own words
 */
export async function startEmbeddedPostgres(dataDir: string, { flags = [] }: { flags?: readonly string[] } = {}): Promise<EmbeddedPostgres> {
  const notes: string[] = [];
  const owner = process.getuid?.() === 0 ? await postgresUser() : null;
  const { bin, clusterDir } = choosePlace(dataDir, owner, notes);
  refuseOtherMajor({ clusterDir, version: embeddedVersion(embeddedNative()) });
  installPgvector(dirname(bin), findPgvector(dataDir));
  keepPgvector(dirname(bin), dataDir);
  const secrets = join(dataDir, 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  chmodSync(secrets, 0o700);
  const password = keptSecret(join(secrets, 'postgres-password'));
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};

  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await makeCluster({ bin, clusterDir, password, owner });
  const running = await livePort({ bin, clusterDir, as });
  const port = running ?? (await freePort(keptPort(secrets)));
  if (running === null) await startServer({ bin, clusterDir, port, as, flags });
  writeFileSync(join(secrets, 'postgres-port'), String(port), { mode: 0o600 });
  const url = `postgresql://factory:${password}@localhost:${port}/factory`;
  await ensureDatabase(url).catch(async (error: unknown) => {
    const isOthers = error instanceof Error && 'code' in error && error.code === '28P01';
    if (running === null) await run(join(bin, 'pg_ctl'), ['stop', '-D', clusterDir, '-m', 'fast', '-w'], { ...as, cwd: clusterDir }).catch(() => undefined);
    if (!isOthers) throw error;
    throw new Error(
      `The database in ${clusterDir} was made with another password than ${join(secrets, 'postgres-password')} holds: ` +
        'bring that file back as it was, or move the folder of the database away to begin with an empty one.',
    );
  });
  writeFileSync(join(secrets, 'database-url'), `${url}\n`, { mode: 0o600 });
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = (say: (line: string) => void) => {
    const look = async () => {
      if (!stopped && !serverAlive(clusterDir)) {
        say('Postgres died; starting it again.');
        await startServer({ bin, clusterDir, port, as, flags }).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
      }
      if (!stopped) timer = setTimeout(() => void look(), WATCH_MS);
    };
    timer = setTimeout(() => void look(), WATCH_MS);
  };
  const stop = async () => {
    stopped = true;
    clearTimeout(timer);
    await run(join(bin, 'pg_ctl'), ['stop', '-D', clusterDir, '-m', 'fast', '-w', '-t', '20'], { ...as, cwd: clusterDir }).catch((error: unknown) => {
      if (existsSync(join(clusterDir, 'postmaster.pid'))) throw words(error);
    });
  };
  return { url, adopted: running !== null, notes, watch, stop };
}

/** The package's binaries and the cluster's folder, copied to where the postgres user reaches them if it must be. */
function choosePlace(dataDir: string, owner: Owner | null, notes: string[]): { bin: string; clusterDir: string } {
  const native = embeddedNative();
  let base = dataDir;
  let bin = join(native, 'bin');
  if (owner && !(reachable(dataDir) && reachable(native))) {
    base = systemFolder(dataDir);
    mkdirSync(base, { recursive: true });
    for (const dir of [SYSTEM_DIR, base]) chmodSync(dir, 0o711);
    bin = join(copyBinaries({ native, systemDir: SYSTEM_DIR, version: embeddedVersion(native) }), 'bin');
    notes.push(`The postgres user cannot reach ${dataDir}: the database is kept under ${base}.`);
  }
  if (owner) chmodSync(base, 0o711);
  for (const name of ['postgres', 'initdb', 'pg_ctl']) chmodSync(join(bin, name), 0o755);
  return { bin, clusterDir: join(base, 'postgres') };
}

/** Under /var/lib: one folder for each DATA_DIR, named by all of its path. */
function systemFolder(dataDir: string): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 40);
  const folder = join(SYSTEM_DIR, hash);
  // As earlier versions called it, by the end of the path: two paths may have the same.
  const before = join(SYSTEM_DIR, Buffer.from(dataDir).toString('base64url').slice(-40));
  return !existsSync(folder) && existsSync(before) ? before : folder;
}

/** May anyone walk down to this folder? */
function reachable(path: string): boolean {
  for (let dir = path; ; dir = dirname(dir)) {
    if (existsSync(dir) && dir !== path && (statSync(dir).mode & 0o001) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}

async function makeCluster({ bin, clusterDir, password, owner }: { bin: string; clusterDir: string; password: string; owner: Owner | null }): Promise<void> {
  const fresh = `${clusterDir}.part`;
  for (const left of [fresh, clusterDir]) rmSync(left, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const file = join(clusterDir, '..', '.initdb-password');
  writeFileSync(file, password, { mode: 0o600 });
  if (owner) for (const path of [fresh, file]) chownSync(path, owner.uid, owner.gid);
  try {
    const args = ['-D', fresh, '-U', 'factory', '--auth=scram-sha-256', `--pwfile=${file}`, '--encoding=UTF8', '--locale=C', '--no-instructions'];
    await run(join(bin, 'initdb'), args, { ...owner, cwd: fresh });
    // What a start that was killed left half made is never taken for a cluster.
    renameSync(fresh, clusterDir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw words(error);
  } finally {
    rmSync(file, { force: true });
  }
}

async function startServer(options: { bin: string; clusterDir: string; port: number; as: object; flags: readonly string[] }): Promise<void> {
  const { bin, clusterDir, port, as } = options;
  const flags = ['-c', 'listen_addresses=localhost', '-p', String(port), '-k', "''", '-c', 'max_connections=200', ...options.flags].join(' ');
  const log = join(clusterDir, 'server.log');
  try {
    await run(join(bin, 'pg_ctl'), ['start', '-D', clusterDir, '-w', '-t', String(START_SECONDS), '-l', log, '-o', flags], { ...as, cwd: clusterDir });
  } catch {
    const tail = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n') : 'it left no log';
    throw new Error(`The embedded Postgres did not start:\n${tail}`);
  }
}

/** The port of a server that runs on this cluster already; pg_ctl looks through stale pid files. */
async function livePort({ bin, clusterDir, as }: { bin: string; clusterDir: string; as: object }): Promise<number | null> {
  try {
    await run(join(bin, 'pg_ctl'), ['status', '-D', clusterDir], { ...as, cwd: clusterDir });
    return Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[3]) || null;
  } catch {
    return null; // exit 3: no server is running
  }
}

/** Does the process of postmaster.pid live? Cheap enough for every second. */
function serverAlive(clusterDir: string): boolean {
  try {
    process.kill(Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0]), 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/factory$/, '/postgres') });
  await client.connect();
  try {
    const found = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'factory'`);
    if (found.rowCount === 0) await client.query('CREATE DATABASE factory');
  } finally {
    await client.end();
  }
}

/** Postgres refuses to run as root: it gets a user of its own. */
async function postgresUser(): Promise<Owner> {
  const id = async (flag: '-u' | '-g') => Number((await run('id', [flag, 'postgres'])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']).catch((error: unknown) => {
      throw words(error);
    });
    return { uid: await id('-u'), gid: await id('-g') };
  }
}

function keptSecret(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}

function keptPort(secrets: string): number {
  const path = join(secrets, 'postgres-port');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
}

/** The wanted port where it is free, else any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : done(freePort(0))));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(address !== null && typeof address === 'object' ? address.port : wanted));
    });
  });
}

function words(error: unknown): Error {
  const stderr = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return new Error(`The embedded Postgres: ${stderr || (error instanceof Error ? error.message : String(error))}`, { cause: error });
}
