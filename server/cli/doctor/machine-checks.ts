import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { chmod, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Check } from '../../contracts/health.ts';
import { fail, judgeDisk, pass } from '../../domain/settings/health.ts';

const run = promisify(execFile);

export async function checkGit(): Promise<Check> {
  try {
    return pass('git', (await run('git', ['--version'], { timeout: 10_000 })).stdout.trim());
  } catch {
    return fail('git', 'is not installed', 'install it (Debian: apt-get install git)');
  }
}

export async function checkDisk(dataDir: string): Promise<Check> {
  let dir = dataDir;
  while (!existsSync(dir)) dir = dirname(dir);
  const { bavail, bsize } = await statfs(dir);
  return judgeDisk({ freeBytes: bavail * bsize, dir });
}

export function checkDataFolder(dataDir: string): Check {
  if (!existsSync(dataDir)) return pass('Data folder', `${dataDir} (made at the first start)`);
  try {
    accessSync(dataDir, constants.W_OK);
  } catch {
    return fail('Data folder', `${dataDir} cannot be written`, `chown it to the user that starts the factory`);
  }
  const secrets = join(dataDir, 'secrets');
  if (isOpenToOthers(secrets)) return { ...fail('Data folder', `${secrets} is readable by others`, `chmod 700 ${secrets}`), safe: true };
  return pass('Data folder', dataDir);
}

/** @returns what was done, in sentences */
export async function closeSecrets(dataDir: string): Promise<string[]> {
  const secrets = join(dataDir, 'secrets');
  if (!isOpenToOthers(secrets)) return [];
  await chmod(secrets, 0o700);
  return [`${secrets} can be read by its owner only.`];
}

function isOpenToOthers(path: string): boolean {
  return existsSync(path) && (statSync(path).mode & 0o077) !== 0;
}
