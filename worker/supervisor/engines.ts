import type { Readiness, WorkerRuntime } from './runtimes/worker-runtime.ts';

/** A runtime with what a supervisor asked of it once. */
export interface Engine {
  id: string;
  runtime: WorkerRuntime;
  /** The gateway's address as a worker of it sees it. */
  gatewayUrl: string;
}

/** Where workers are started. The spare is there for the demo alone, which needs no container: it serves while the main one cannot be made ready. */
export interface Engines {
  main: Engine;
  spare: Engine | null;
}

export type EngineChoice = { kind: 'ready'; engine: Engine; warnings: readonly string[] } | { kind: 'hold'; reason: string };

/** Both of them. */
export function allEngines({ main, spare }: Engines): Engine[] {
  return spare ? [main, spare] : [main];
}

/** The engine of that id; undefined where it is none of ours. */
export function engineOf(engines: Engines, id: string): Engine | undefined {
  return allEngines(engines).find((engine) => engine.id === id);
}

/** Which engine the next worker is started on: the main one, the spare where that failed, or none yet, with the reason. Asks, and so prepares. */
export async function readyEngine({ main, spare }: Engines, signal: AbortSignal): Promise<EngineChoice> {
  const first = await main.runtime.prepare(signal);
  if (first.ready) return { kind: 'ready', engine: main, warnings: first.warnings ?? [] };
  if (first.failed === undefined || !spare) return { kind: 'hold', reason: first.reason };
  const second: Readiness = await spare.runtime.prepare(signal);
  if (!second.ready) return { kind: 'hold', reason: second.reason };
  return { kind: 'ready', engine: spare, warnings: [`The demo runs as a process, not in a container: ${first.failed}`] };
}
