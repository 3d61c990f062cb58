import { existsSync } from 'node:fs';

/** A gateway that was silent for this long, while this machine was awake, does not come back. */
export const SILENCE_MAX_MS = 24 * 3_600_000;

/**
 * Why nobody waits for this worker any more; null while somebody may.
 * @param silentMs for how long the gateway was asked in vain
 */
export function whyOrphaned({ workspace, silentMs, maxMs = SILENCE_MAX_MS }: { workspace: string; silentMs: number; maxMs?: number }): string | null {
  if (!existsSync(workspace)) return `the gateway does not answer, and the workspace ${workspace} is gone: nobody waits for this work`;
  if (silentMs < maxMs) return null;
  return `the gateway did not answer for ${Math.round(maxMs / 3_600_000)} hours: nobody waits for this work`;
}
