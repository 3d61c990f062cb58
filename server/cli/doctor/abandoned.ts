import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type Docker from 'dockerode';
import { environmentsOf } from '../../adapters/process-table.ts';
import { machineName } from '../../adapters/this-machine.ts';
import { LABEL } from '../../contracts/engine-labels.ts';
import type { Check } from '../../contracts/health.ts';
import { findAbandoned, type OwnedThing } from '../../domain/work/abandoned.ts';
import { pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import { dataDirOf } from '../context.ts';
import { engine } from './engine-checks.ts';
import { removeChains } from './firewall-chains.ts';
import { findRunningSupervisors } from './running-supervisors.ts';

const NAME = 'Old factories';
const SUPERVISOR = 'worker/supervisor/main.ts';
const PATHS_MAX = 3;

/** What factories left on the engine whose DATA_DIR was deleted: their networks alone exhaust the engine's addresses after some thirty. */
export async function checkAbandoned(env: Env): Promise<Check> {
  if (env.RUNTIME === 'process') return pass(NAME, 'not looked for (RUNTIME=process)');
  const found = await lookForAbandoned(env, engine());
  if (found === null) return pass(NAME, 'not looked for: the engine or the list of processes cannot be read');
  if (found.length === 0) return pass(NAME, 'left nothing on the engine');
  const paths = [...new Set(found.flatMap(({ labels }) => labels[LABEL.dataDir] ?? []))];
  const more = paths.length > PATHS_MAX ? ` and ${paths.length - PATHS_MAX} more` : '';
  const detail = `${tell(found)} belong to factories whose data folder is gone: ${paths.slice(0, PATHS_MAX).join(', ')}${more}`;
  return { ...warn(NAME, detail, 'npm run factory -- doctor --fix removes them'), safe: true };
}

/** @returns what was done, in sentences */
export async function removeAbandoned(env: Env): Promise<string[]> {
  if (env.RUNTIME === 'process') return [];
  const docker = engine();
  const found = await lookForAbandoned(env, docker);
  if (found === null) return [];
  const removed: OwnedThing[] = [];
  // Containers first: what they hold cannot be removed.
  for (const kind of ['container', 'network', 'volume'] as const) {
    for (const thing of found.filter((one) => one.kind === kind)) if (await remove(docker, thing)) removed.push(thing);
  }
  const chains = await removeChains(docker, { dataDir: dataDirOf(env), workerImage: env.WORKER_IMAGE ?? null });
  return [
    ...(removed.length > 0 ? [`${tell(removed)} of factories whose data folder is gone are removed.`] : []),
    ...(chains.length > 0 ? [`${chains.length} firewall chains of networks that are gone are removed.`] : []),
  ];
}

/** False where the engine refuses: it is in use after all. */
async function remove(docker: Docker, { kind, id, labels }: OwnedThing): Promise<boolean> {
  try {
    if (kind === 'container') await docker.getContainer(id).remove({ force: labels[LABEL.role] === 'relay', v: true });
    else await (kind === 'network' ? docker.getNetwork(id) : docker.getVolume(id)).remove();
    return true;
  } catch {
    return false; // the check after the fix lists what stayed
  }
}

function tell(things: readonly OwnedThing[]): string {
  const count = (kind: OwnedThing['kind']) => things.filter((thing) => thing.kind === kind).length;
  return `${count('network')} networks, ${count('container')} containers and ${count('volume')} volumes`;
}

/** Null where it cannot be told: then nothing is abandoned. */
async function lookForAbandoned(env: Env, docker: Docker): Promise<OwnedThing[] | null> {
  const held = await listOwned(docker);
  const folders = foldersInUse();
  if (held === null || folders === null) return null;
  const beating = new Set((await findRunningSupervisors(env)).map(({ id }) => id));
  return findAbandoned(held, { host: machineName(), isGone, isInUse: ({ dataDir, owner }) => folders.has(dataDir) || beating.has(owner) });
}

async function listOwned(docker: Docker): Promise<OwnedThing[] | null> {
  const filters = { label: [LABEL.owner] };
  try {
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    return [
      ...containers.map(({ Id, Labels, State }) => ({
        kind: 'container' as const,
        id: Id,
        labels: Labels,
        running: !['exited', 'created', 'dead'].includes(State),
      })),
      ...networks.map(({ Id, Labels }) => ({ kind: 'network' as const, id: Id, labels: Labels ?? {}, running: false })),
      ...volumes.map(({ Name, Labels }) => ({ kind: 'volume' as const, id: Name, labels: Labels ?? {}, running: false })),
    ];
  } catch {
    return null; // the Docker check says that no engine answers
  }
}

/** Only what the system says is not there: a folder that this user may not look into, or of a disk with a fault, counts as there. */
function isGone(dataDir: string): boolean {
  try {
    return statSync(dataDir, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** DATA_DIRs of the supervisors that run on this machine; null where one of them cannot be asked. */
function foldersInUse(): Set<string> | null {
  const folders = environmentsOf(SUPERVISOR)?.map((environment) => environment?.find((line) => line.startsWith('DATA_DIR='))?.slice('DATA_DIR='.length));
  if (folders === undefined) return null;
  return folders.every((folder) => folder !== undefined && resolve(folder) === folder) ? new Set(folders as string[]) : null;
}
