import type { Logger } from 'pino';
import type { Ctx } from '../../../server/services/context.ts';
import { credentialsSignature } from '../../../server/services/settings/load-credentials.ts';
import type { Wake } from '../loops/wake.ts';

const EVERY_MS = 5_000;

export interface WatchDeps {
  ctx: Ctx;
  supervisorId: string;
  /** Of the credentials that this process works with. */
  signature: string;
  /** Ends this process, so that the next one works with the new ones; workers live on. */
  restart: (why: string) => void;
  log: Pick<Logger, 'error'>;
}

/** Every part of a supervisor is built around its credentials: where they change, it starts again. Until the signal. */
export async function watchCredentials(deps: WatchDeps, { wake, signal }: { wake: Wake; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    await wake.sleep(EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      if ((await credentialsSignature(deps.ctx.db, deps.supervisorId)) !== deps.signature) return deps.restart('the credentials in the settings changed');
    } catch (error) {
      deps.log.error({ err: error }, 'credentials: could not look');
    }
  }
}
