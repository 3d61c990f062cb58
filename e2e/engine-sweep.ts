import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { removeChains } from '../server/cli/doctor/firewall-chains.ts';
import { LABEL } from '../server/contracts/engine-labels.ts';

/** Deletes a stopped factory's DATA_DIR, and with it what it keeps on the engine for its next start. */
export async function removeFactory(dataDir: string): Promise<void> {
  const idFile = join(dataDir, 'supervisor-id');
  if (existsSync(idFile)) await sweepEngine(readFileSync(idFile, 'utf8').trim());
  rmSync(dataDir, { recursive: true, force: true });
}

/** Takes everything off the engine that a supervisor made there; where no engine answers there is nothing. */
export async function sweepEngine(owner: string): Promise<void> {
  const docker = new Docker();
  if (!(await docker.ping().catch(() => false))) return;
  const filters = { label: [`${LABEL.owner}=${owner}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) await docker.getContainer(Id).remove({ force: true, v: true });
  const networks = await docker.listNetworks({ filters });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await docker.getVolume(Name).remove();
  if (networks.length > 0) await removeChains(docker, { dataDir: 'the tests', workerImage: null });
}
