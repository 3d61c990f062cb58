import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { LABEL } from '../../contracts/engine-labels.ts';
import type { Check } from '../../contracts/health.ts';
import { pass, warn } from '../../domain/settings/health.ts';
import { findLeftovers, type Held, itemOfRef, type Known, type Leftovers } from '../../domain/runs/leftovers.ts';
import type { Env } from '../../env.ts';
import { dataDirOf, findDatabaseUrl } from '../context.ts';
import { engine } from './engine-checks.ts';
import { deleteMirrorBranch, listMirrorBranches } from './mirror-branches.ts';
import { words } from './words.ts';

/** What was left behind by runs of a database that is gone: reconcile looks after those that this one knows. */
export async function checkLeftovers(env: Env): Promise<Check> {
  const found = await look(env);
  if (found === null) return pass('Leftovers', 'not looked for without the database');
  const { containers, volumes, folders, branches, running } = found;
  if (containers.length + volumes.length + folders.length + branches.length > 0) {
    const detail =
      `${containers.length} containers, ${volumes.length} volumes and ${folders.length} workspaces belong to no run of this database, ` +
      `${branches.length} branches of its mirrors to no work item${running.length > 0 ? `; ${tell(running)}` : ''}`;
    return { ...warn('Leftovers', detail, 'npm run factory -- doctor --fix removes what does not run; branches here alone, never on a remote'), safe: true };
  }
  if (running.length === 0) return pass('Leftovers', 'none');
  return warn('Leftovers', tell(running), 'docker rm -f, unless a factory with another database works on this DATA_DIR');
}

const tell = (running: readonly string[]) =>
  `${running.length} containers work for runs that this database does not know: ${running.map((id) => id.slice(0, 12)).join(', ')}`;

/** What the engine or git refuses to remove stays, and the check after the fix lists it. @returns what was done, in sentences */
export async function removeLeftovers(env: Env): Promise<string[]> {
  const found = await look(env);
  if (found === null) return [];
  const docker = engine();
  const removals = [
    // Not by force: one that was started since it was looked at stays.
    ...found.containers.map((id) => () => docker.getContainer(id).remove({ v: true })),
    ...found.volumes.map((name) => () => docker.getVolume(name).remove()),
    ...found.folders.map((folder) => () => rm(folder, { recursive: true, force: true })),
    ...found.branches.map((branch) => () => deleteMirrorBranch(branch)),
  ];
  let removed = 0;
  const refusals: string[] = [];
  for (const remove of removals)
    await remove().then(
      () => (removed += 1),
      (error: unknown) => refusals.push(words(error)),
    );
  return [...(removed > 0 ? [`${removed} leftovers are removed.`] : []), ...(refusals.length > 0 ? [`${refusals.length} leftovers stay: ${refusals[0]}`] : [])];
}

/** Null where there is no database to judge by: then nothing counts as left over. */
async function look(env: Env): Promise<Leftovers | null> {
  const dataDir = dataDirOf(env);
  const runsDir = join(dataDir, 'runs');
  // A folder with an identity may still have its process.
  const runs = existsSync(runsDir) ? readdirSync(runsDir).filter((run) => !hasIdentity(join(runsDir, run))) : [];
  const held: Held = {
    ...(await heldByEngine(env, dataDir)),
    folders: runs.map((run) => ({ run, path: join(runsDir, run) })),
    branches: await listMirrorBranches(dataDir),
  };
  const known = await askDatabase(env, held);
  return known && findLeftovers(held, known);
}

function hasIdentity(folder: string): boolean {
  return readdirSync(folder).some((role) => existsSync(join(folder, role, 'identity.json')));
}

/** What this DATA_DIR's supervisor has on the engine; nothing where there is no engine. Another owner's is never touched. */
async function heldByEngine(env: Env, dataDir: string): Promise<Pick<Held, 'containers' | 'volumes'>> {
  const owner = supervisorId(dataDir);
  if (env.RUNTIME === 'process' || owner === null) return { containers: [], volumes: [] };
  const filters = { label: [`${LABEL.owner}=${owner}`] };
  try {
    const docker = engine();
    const containers = await docker.listContainers({ all: true, filters });
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    return {
      containers: containers.flatMap(({ Id: id, Labels: labels, State: state }) => {
        const run = labels[LABEL.run];
        return run ? [{ id, run, running: !['exited', 'created', 'dead'].includes(state) }] : [];
      }),
      volumes: volumes.flatMap(({ Name: name, Labels: labels }) => {
        const run = labels?.[LABEL.run];
        return run ? [{ name, run }] : [];
      }),
    };
  } catch {
    return { containers: [], volumes: [] }; // the Docker check says that no engine answers
  }
}

function supervisorId(dataDir: string): string | null {
  const file = join(dataDir, 'supervisor-id');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

async function askDatabase(env: Env, held: Held): Promise<Known | null> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ connectionString: findDatabaseUrl(env), connectionTimeoutMillis: 10_000 });
    await client.connect();
    const runs = [...held.containers, ...held.volumes, ...held.folders].map(({ run }) => run);
    const items = held.branches.flatMap(({ ref }) => itemOfRef(ref) ?? []);
    const idsOf = async (sql: string, values: unknown[]) => new Set((await client?.query<{ id: string }>(sql, values))?.rows.map(({ id }) => id));
    return {
      runs: await idsOf('SELECT id FROM run WHERE id = ANY($1)', [runs]),
      items: await idsOf('SELECT id FROM work_item WHERE id = ANY($1)', [items]),
      owner: (await idsOf('SELECT id FROM supervisor WHERE id = $1', [supervisorId(dataDirOf(env))])).size > 0,
    };
  } catch {
    return null; // the Database check says why
  } finally {
    await client?.end().catch(() => undefined);
  }
}
