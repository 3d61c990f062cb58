/** How containers and the gateway meet, and nothing else of either side. Two kinds: bridge-way.ts and joined-way.ts. */
export interface Way {
  /** What the gateway must bind. */
  bindHost: () => Promise<string>;
  /** Address of this machine that is there inside too; null: none. */
  hostInside: () => string | null;
  /** The gateway's address from inside. */
  url: (port: number) => string;
  /** Makes or mends what the way is made of. @returns what could not be closed, in sentences */
  prepare: (about: { image: string; port: number; signal: AbortSignal }) => Promise<string[]>;
  /** Network of a container that is about to be made. */
  open: (containerName: string) => Promise<string>;
  /** Takes away what was made for that container alone. */
  close: (containerName: string) => Promise<void>;
  /** Takes all of it away. */
  dispose: (image: string | null) => Promise<void>;
}

/** What names of one supervisor's things on an engine begin with. */
export function nameOf(owner: string): string {
  return `ai-factory-${shortId(owner)}`;
}

/** Interface names hold 15 characters. */
export function bridgeName(owner: string): string {
  return `aif-${shortId(owner)}`;
}

function shortId(owner: string): string {
  return owner.replace(/[^a-z0-9]/gi, '').slice(-8);
}
