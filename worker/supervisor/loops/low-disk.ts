import { statfs } from 'node:fs/promises';

const GIB = 1024 ** 3;
/** Below this no further worker starts: mirrors, workspaces and the database share the disk. */
const FLOOR_BYTES = GIB;

/** Why no worker may start for want of disk space; null where there is enough. */
export async function lowDisk(dir: string, { floorBytes = FLOOR_BYTES }: { floorBytes?: number } = {}): Promise<string | null> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  return free >= floorBytes ? null : `only ${(free / GIB).toFixed(1)} GiB are free at DATA_DIR; a worker needs at least ${(floorBytes / GIB).toFixed(1)}`;
}
