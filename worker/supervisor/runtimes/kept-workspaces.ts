import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 24 * 60 * 60_000;
/** Workspaces of stuck and failed runs are kept this long, for a person to look at. */
export const KEEP_WORKSPACES_MS = 3 * DAY_MS;

/**
 * Removes the folders in `runsDir` (`<runId>/<role>`) that were kept long enough. One with an identity still has its process looked after.
 * @param now milliseconds since 1970
 */
export function removeOldWorkspaces(runsDir: string, now: number): void {
  if (!existsSync(runsDir)) return;
  for (const runId of readdirSync(runsDir)) {
    const run = join(runsDir, runId);
    for (const role of readdirSync(run)) {
      const dir = join(run, role);
      if (existsSync(join(dir, 'identity.json')) || now - statSync(dir).mtimeMs < KEEP_WORKSPACES_MS) continue;
      rmSync(dir, { recursive: true, force: true });
    }
    if (readdirSync(run).length === 0) rmSync(run, { recursive: true, force: true });
  }
}
