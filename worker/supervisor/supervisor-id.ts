import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../server/db/ids.ts';

/** A supervisor is known by its DATA_DIR: the same folder is the same supervisor, which adopts what it left behind. */
export function readSupervisorId(dataDir: string): string {
  const path = join(dataDir, 'supervisor-id');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(path, `${newId()}\n`, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
