import type Docker from 'dockerode';
import { LABEL } from '../../../../../server/contracts/engine-labels.ts';
import { unlessGone } from '../engine.ts';
import { IMAGE } from './worker-image.ts';

/** What ensureWorkerImage names its images; another tag of that name is somebody else's. */
const BUILT_TAG = new RegExp(`^${IMAGE}:[0-9a-f]{16}$`);

/**
 * Removes worker images that this supervisor built and that are no longer used: each takes most of a gigabyte. The newest before the
 * current one stays, for the way back from an upgrade, and so does one that a container is of. Images of others are never looked at;
 * a factory that shares one of ours builds it anew.
 * @returns their names
 */
export async function removeOldImages(docker: Docker, { owner, current }: { owner: string; current: string }): Promise<string[]> {
  const built = await docker.listImages({ filters: { reference: [IMAGE], label: [`${LABEL.builtBy}=${owner}`] } });
  const used = new Set((await docker.listContainers({ all: true })).map(({ ImageID }) => ImageID));
  const before = built
    .filter(({ RepoTags }) => !RepoTags?.includes(current))
    .flatMap(({ RepoTags, ...image }) => RepoTags?.filter((name) => BUILT_TAG.test(name)).map((name) => ({ ...image, name })) ?? [])
    .sort((one, other) => other.Created - one.Created);
  const names = before.slice(1).flatMap(({ Id, name }) => (used.has(Id) ? [] : [name]));
  // By name and without force: where it has another name too, or became the base of another image, only ours goes.
  for (const name of names) await unlessGone(docker.getImage(name).remove());
  return names;
}
