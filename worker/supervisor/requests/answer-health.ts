import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type HealthReport, healthReportSchema } from '../../../server/contracts/health.ts';
import { AppError } from '../../../server/domain/app-error.ts';
import { asProcessEnv } from '../../../server/domain/process-env.ts';
import type { HostEnv } from '../git.ts';

const ROOT = join(import.meta.dirname, '../../..');
const TIMEOUT_MS = 90_000;

/** The `doctor` list, by the very command that people run: one list, told in two places. */
export async function answerHealth({ host, fix, signal }: { host: HostEnv; fix: boolean; signal: AbortSignal }): Promise<HealthReport> {
  const args = ['--import', 'tsx', join(ROOT, 'server/cli/main.ts'), 'doctor', '--json', '--as-supervisor', ...(fix ? ['--fix'] : [])];
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: asProcessEnv(host),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-4_000)));
    child.once('error', reject);
    // Exit 1 says that a check fails; a list is printed then too.
    child.once('close', () => (stdout === '' ? reject(new Error(`doctor printed nothing: ${stderr}`)) : resolve(stdout)));
  });
  try {
    return healthReportSchema.parse(JSON.parse(output));
  } catch (cause) {
    throw new AppError('unavailable', 'The doctor’s list could not be read; the supervisor’s log says why.', { cause });
  }
}
