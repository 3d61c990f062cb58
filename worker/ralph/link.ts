import type { IterationResponse, LockResponse } from '../../server/contracts/worker-protocol.ts';
import type { PushResult } from './git/push.ts';
import type { Git } from './git/git.ts';

/** How a run ended, as Ralph sees it. */
export type Ending =
  | { kind: 'completed' }
  | { kind: 'stuck'; reason: string; message: string }
  | { kind: 'yielded'; message: string; notBefore?: Date }
  | { kind: 'failed'; message: string }
  /** By an order, a signal, or since the run is over already. */
  | { kind: 'stopped'; message: string };

export type ClaimAnswer =
  | { kind: 'accepted' }
  | { kind: 'red'; exitCode: number | null; log: string }
  /** The stored spec has open tasks: the claim was not true. */
  | { kind: 'open'; message: string }
  | { kind: 'stopped' };

/** What stands above the loop: the factory, or in a standalone run nobody. */
export interface Link {
  /** Returns when the factory answers; no iteration begins before. */
  ready(): Promise<void>;
  grant(n: number): Promise<IterationResponse>;
  lock(paths: string[]): Promise<LockResponse>;
  push(git: Git): Promise<PushResult>;
  claim(commit: string): Promise<ClaimAnswer>;
  /** Whether the factory was silent since the last call of this. */
  wasDown(): boolean;
  /** Tells the factory how it ended. */
  end(ending: Ending): Promise<void>;
}

/** A run that nobody has to be asked about. */
export function standaloneLink(maxIterations: number): Link {
  return {
    ready: async () => undefined,
    grant: async (n) =>
      n <= maxIterations
        ? { granted: true, n, messages: [], learnings: [] }
        : { granted: false, reason: `all ${maxIterations} iterations are used`, next: 'stuck' },
    lock: async () => ({ granted: true, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }),
    push: async () => ({ kind: 'pushed' }),
    claim: async () => ({ kind: 'accepted' }),
    wasDown: () => false,
    end: async () => undefined,
  };
}
