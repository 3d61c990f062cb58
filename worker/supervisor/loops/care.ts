import { packMirrors } from '../mirrors.ts';
import { pause } from './pause.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const FIRST_MS = 10 * 60_000;
const EVERY_MS = 6 * 3_600_000;

/** Keeps what grows on this machine's disk small, every 6 hours, until the signal. */
export async function runCare({ mirrors, log }: Pick<SupervisorDeps, 'mirrors' | 'log'>, signal: AbortSignal): Promise<void> {
  await pause(FIRST_MS, signal);
  while (!signal.aborted) {
    try {
      for (const failure of await packMirrors(mirrors, signal)) log.warn(`a mirror could not be packed: ${failure}`);
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'care: could not pack the mirrors');
    }
    await pause(EVERY_MS, signal);
  }
}
