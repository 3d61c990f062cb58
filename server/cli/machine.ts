import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigError } from '../domain/settings/settings.ts';

const run = promisify(execFile);

/** git's version. @throws ConfigError where there is none */
export async function checkMachine(): Promise<string> {
  try {
    return (await run('git', ['--version'], { timeout: 10_000 })).stdout.trim();
  } catch {
    throw new ConfigError('git is not installed: install it (Debian: apt-get install git) and start again.');
  }
}
