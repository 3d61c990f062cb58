import { LABEL } from '../../contracts/engine-labels.ts';

/** One thing on an engine that carries a supervisor's label. */
export interface OwnedThing {
  kind: 'container' | 'network' | 'volume';
  /** What the engine knows it by. */
  id: string;
  labels: Readonly<Record<string, string>>;
  running: boolean;
}

export interface Whereabouts {
  /** This machine's name: of another one's folders nothing is known here. */
  host: string;
  isGone: (dataDir: string) => boolean;
  /** A supervisor works on that folder, or under that id. */
  isInUse: (about: { dataDir: string; owner: string }) => boolean;
}

/**
 * Things of factories that nobody will start again: all that an owner has names a DATA_DIR of this machine, each such folder is gone,
 * no supervisor works for it, and no worker of it runs. A relay is no worker: it starts again by itself, for nobody.
 */
export function findAbandoned(things: readonly OwnedThing[], where: Whereabouts): OwnedThing[] {
  const owners = new Set(things.flatMap(({ labels }) => labels[LABEL.owner] ?? []));
  return [...owners].flatMap((owner) => {
    const held = things.filter(({ labels }) => labels[LABEL.owner] === owner);
    // What an earlier version made names no folder; it goes with what does.
    const named = held.filter(({ labels }) => labels[LABEL.dataDir] !== undefined);
    const isAbandoned =
      named.length > 0 &&
      held.every(({ running, labels }) => !running || labels[LABEL.role] === 'relay') &&
      named.every(({ labels }) => {
        const dataDir = labels[LABEL.dataDir] ?? '';
        return labels[LABEL.host] === where.host && where.isGone(dataDir) && !where.isInUse({ dataDir, owner });
      });
    return isAbandoned ? held : [];
  });
}
