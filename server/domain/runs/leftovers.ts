/** What lies about on this machine that names a run, or a work item. */
export interface Held {
  containers: { id: string; run: string; running: boolean }[];
  volumes: { name: string; run: string }[];
  /** Workspaces of workers that ran as processes. */
  folders: { path: string; run: string }[];
  /** Branches of the mirrors. */
  branches: { mirror: string; ref: string }[];
}

/** What the database knows; `owner`: it knows this folder's supervisor, whose mirrors these are. */
export interface Known {
  runs: ReadonlySet<string>;
  items: ReadonlySet<string>;
  owner: boolean;
}

export interface Leftovers {
  /** Ids of containers, names of volumes and so on that nothing needs. */
  containers: string[];
  volumes: string[];
  folders: string[];
  branches: { mirror: string; ref: string }[];
  /** Containers that still work, for runs of which this database knows nothing: they may be another one's. */
  running: string[];
}

/** The work item whose branch a ref of a mirror is; null where it is none's. */
export function itemOfRef(ref: string): string | null {
  return /^refs\/heads\/ai-factory\/([a-z0-9]{12})(?:-|$)/.exec(ref)?.[1] ?? null;
}

/** What is left over of runs and items that the database does not know. A container that runs is never among what may go. */
export function findLeftovers(held: Held, known: Known): Leftovers {
  const strange = <T extends { run: string }>(things: readonly T[]) => things.filter(({ run }) => !known.runs.has(run));
  const containers = strange(held.containers);
  const atWork = new Set(containers.filter(({ running }) => running).map(({ run }) => run));
  return {
    containers: containers.filter(({ run }) => !atWork.has(run)).map(({ id }) => id),
    volumes: strange(held.volumes).flatMap(({ run, name }) => (atWork.has(run) ? [] : [name])),
    folders: strange(held.folders).map(({ path }) => path),
    branches: known.owner
      ? held.branches.filter(({ ref }) => {
          const item = itemOfRef(ref);
          return item !== null && !known.items.has(item);
        })
      : [],
    running: containers.filter(({ running }) => running).map(({ id }) => id),
  };
}
