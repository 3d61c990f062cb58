import type { Logger } from 'pino';
import type { Agents } from '../../../server/contracts/repositories.ts';
import type { Ctx } from '../../../server/services/context.ts';
import type { MirrorDeps } from '../mirrors.ts';
import type { Engines } from '../engines.ts';

/** What the loops around workers share; put together once, in main.ts. */
export interface SupervisorDeps {
  /** Its actor is the supervisor. */
  ctx: Ctx;
  supervisorId: string;
  engines: Engines;
  agents: Agents;
  mirrors: MirrorDeps;
  /** Runs that this process is starting a worker for right now; fetching an item's image may take its time. */
  starting: Set<string>;
  gatewayUpSince: Date;
  /** WORKER_IMAGE: null for the factory's own. */
  image: string | null;
  /** A sentence for people about one part; null: nothing is the matter any more. */
  tell: (about: string, sentence: string | null) => void;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** The error's own words. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
