import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive, startTime } from '../../adapters/process-table.ts';

const holderSchema = z.object({ pid: z.number().int(), started: z.string(), url: z.string().optional() });
export type Holder = z.infer<typeof holderSchema>;

export type LockResult = { kind: 'held'; setUrl: (url: string) => void; release: () => void } | { kind: 'taken'; holder: Holder };

/**
 * One process per role and DATA_DIR. A lock whose holder is dead is taken over: its pid and start time name one process for good.
 * @param dataDir absolute
 */
export function takeLock(dataDir: string, role: 'up' | 'web' | 'supervisor'): LockResult {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, `${role}.lock`);
  const mine: Holder = { pid: process.pid, started: startTime(process.pid) ?? '' };
  for (let tries = 0; tries < 3; tries++) {
    const fresh = `${path}.${process.pid}`;
    writeFileSync(fresh, JSON.stringify(mine));
    try {
      linkSync(fresh, path); // fails where it is there: only one of two wins
      return {
        kind: 'held',
        setUrl: (url) => writeFileSync(path, JSON.stringify({ ...mine, url })),
        release: () => {
          if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
        },
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = readHolder(path);
      if (holder && isAlive(holder.pid, holder.started)) return { kind: 'taken', holder };
      rmSync(path, { force: true });
    } finally {
      rmSync(fresh, { force: true });
    }
  }
  throw new Error(`${path} could not be taken; remove it if no factory runs here.`);
}

function readHolder(path: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // half written, or gone meanwhile
  }
}
