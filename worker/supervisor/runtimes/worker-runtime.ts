import type { Agent } from '../../../server/contracts/repositories.ts';

/** What a worker or a verifier is started with. All else it asks the gateway for. */
export interface WorkerStart {
  runId: string;
  workItemId: string;
  role: 'worker' | 'verifier';
  /** The run's token: the only secret it ever holds. */
  token: string;
  /** Where it reaches the gateway. */
  gatewayUrl: string;
  /** The item's own image; null: the factory's worker image. */
  image: string | null;
  /** null: a verifier has none. */
  agent: Agent | null;
}

export type WorkerState = { state: 'running' } | { state: 'exited'; exitCode: number | null; oomKilled: boolean } | { state: 'gone' };

export interface WorkerUsage {
  /** Seconds of CPU since it started, of all that it started too. */
  cpuSeconds: number;
  memoryBytes: number;
}

/** One worker or verifier that the runtime knows of. */
export interface WorkerSeen {
  ref: string;
  runId: string;
  role: 'worker' | 'verifier';
  running: boolean;
}

/**
 * `warnings`: what a person should know of a runtime that works, in sentences. `failed`: the last try to make it ready failed, in the
 * engine's own words; it is set until one succeeds, also while `reason` says that it is tried again.
 */
export type Readiness = { ready: true; warnings?: readonly string[] } | { ready: false; reason: string; failed?: string };

/** How workers are started: the one narrow port. A runtime sees only what its own DATA_DIR started. */
export interface WorkerRuntime {
  readonly kind: 'docker' | 'process';
  readonly isolated: boolean;
  /** Which engine holds the workers; a supervisor judges only runs of an engine it can ask. */
  engineId: () => Promise<string>;
  /** Image, network, tools: makes what is missing in the background and says meanwhile what is being made. Cheap to ask again. */
  prepare: (signal: AbortSignal) => Promise<Readiness>;
  /** Address that the gateway must bind, asked before it starts. */
  gatewayHost: () => Promise<string>;
  /** The gateway's address as a worker sees it. */
  gatewayUrl: (port: number) => string;
  /**
   * What can be made before `ready` is made meanwhile; the worker itself runs only after it, and never where it rejects.
   * @returns the runtime's name of what was started @throws RuntimeError with the engine's own words, or what `ready` rejects with
   */
  start: (start: WorkerStart, about: { ready: Promise<unknown>; signal: AbortSignal }) => Promise<{ ref: string }>;
  inspect: (ref: string) => Promise<WorkerState>;
  /** Asks it to end, and kills it with all it started after the grace. */
  stop: (ref: string, options: { graceMs: number }) => Promise<void>;
  /** What it has used so far, as the engine counts; null where that is not known. */
  usage: (ref: string) => Promise<WorkerUsage | null>;
  list: () => Promise<WorkerSeen[]>;
  /** Last lines of its stdout and stderr. */
  tail: (ref: string, lines: number) => Promise<string>;
  /** Removes what is left of it; of stuck and failed runs the workspace may be kept. */
  remove: (ref: string, options: { keepWorkspace: boolean }) => Promise<void>;
}

/** The engine refused; `message` is in its own words. */
export class RuntimeError extends Error {
  /** image: this item's or the factory's image is at fault; engine: the engine itself. */
  readonly kind: 'engine' | 'image' | 'disk';

  constructor(kind: 'engine' | 'image' | 'disk', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RuntimeError';
    this.kind = kind;
  }
}
