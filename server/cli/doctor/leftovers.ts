import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { LABEL } from '../../contracts/engine-labels.ts';
import type { Check } from '../../contracts/health.ts';
import { pass, warn } from '../../domain/health.ts';
import type { Env } from '../../env.ts';
import { dataDirOf, findDatabaseUrl } from '../context.ts';
import { engine } from './engine-checks.ts';

interface Leftovers {
  /** Containers, by id, and volumes, by name, of runs that this database does not know. */
  containers: string[];
  volumes: string[];
  /** Workspaces of workers that ran as processes. */
  folders: string[];
}

/** What was left behind by runs of a database that is gone: reconcile looks after those that this one knows. */
export async function checkLeftovers(env: Env): Promise<Check> {
  const found = await findLeftovers(env);
  if (found === null) return pass('Leftovers', 'not looked for without the database');
  const { containers, volumes, folders } = found;
  const count = containers.length + volumes.length + folders.length;
  if (count === 0) return pass('Leftovers', 'none');
  const detail = `${containers.length} containers, ${volumes.length} volumes and ${folders.length} workspaces belong to no run of this database`;
  return { ...warn('Leftovers', detail, 'npm run factory -- doctor --fix removes them'), safe: true };
}

/** @returns what was done, in sentences */
export async function removeLeftovers(env: Env): Promise<string[]> {
  const found = await findLeftovers(env);
  if (found === null) return [];
  const docker = engine();
  for (const id of found.containers) await docker.getContainer(id).remove({ force: true });
  for (const name of found.volumes) await docker.getVolume(name).remove();
  for (const folder of found.folders) rmSync(folder, { recursive: true, force: true });
  const count = found.containers.length + found.volumes.length + found.folders.length;
  return count === 0 ? [] : [`${count} leftovers are removed.`];
}

/** Null where there is no database to judge by: then nothing counts as left over. */
async function findLeftovers(env: Env): Promise<Leftovers | null> {
  const dataDir = dataDirOf(env);
  const runsDir = join(dataDir, 'runs');
  // A folder with an identity may still have its process.
  const folders = existsSync(runsDir) ? readdirSync(runsDir).filter((run) => !hasIdentity(join(runsDir, run))) : [];
  const held = await heldByEngine(env, dataDir);
  const all = [...held.containers.map(({ run }) => run), ...held.volumes.map(({ run }) => run), ...folders];
  const known = await knownRuns(env, all);
  if (known === null) return null;
  return {
    containers: held.containers.filter(({ run }) => !known.has(run)).map(({ name }) => name),
    volumes: held.volumes.filter(({ run }) => !known.has(run)).map(({ name }) => name),
    folders: folders.filter((run) => !known.has(run)).map((run) => join(runsDir, run)),
  };
}

function hasIdentity(folder: string): boolean {
  return readdirSync(folder).some((role) => existsSync(join(folder, role, 'identity.json')));
}

type Held = { name: string; run: string }[];

/** What this DATA_DIR's supervisor has on the engine; nothing where there is no engine. Another owner's is never touched. */
async function heldByEngine(env: Env, dataDir: string): Promise<{ containers: Held; volumes: Held }> {
  const idFile = join(dataDir, 'supervisor-id');
  if (env.RUNTIME === 'process' || !existsSync(idFile)) return { containers: [], volumes: [] };
  const filters = { label: [`${LABEL.owner}=${readFileSync(idFile, 'utf8').trim()}`] };
  try {
    const docker = engine();
    const containers = await docker.listContainers({ all: true, filters });
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    const withRun = (name: string, run: string | undefined) => (run ? [{ name, run }] : []);
    return {
      containers: containers.flatMap(({ Id, Labels }) => withRun(Id, Labels[LABEL.run])),
      volumes: volumes.flatMap(({ Name, Labels }) => withRun(Name, Labels?.[LABEL.run])),
    };
  } catch {
    return { containers: [], volumes: [] }; // the Docker check says that no engine answers
  }
}

async function knownRuns(env: Env, runs: readonly string[]): Promise<Set<string> | null> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ connectionString: findDatabaseUrl(env), connectionTimeoutMillis: 10_000 });
    await client.connect();
    const { rows } = await client.query<{ id: string }>('SELECT id FROM run WHERE id = ANY($1)', [runs]);
    return new Set(rows.map((row) => row.id));
  } catch {
    return null; // the Database check says why
  } finally {
    await client?.end().catch(() => undefined);
  }
}
