import { join } from 'node:path';
import { environmentFor } from '../../env.ts';
import { ROOT } from '../version.ts';

/** How each process of the factory is started; `tsx` runs the supervisor's TypeScript as it is. */
export function childArgs(name: 'web' | 'supervisor', dev: boolean): string[] {
  if (name === 'web') return [join(ROOT, 'server/cli/web-process.mjs'), ...(dev ? ['--dev'] : [])];
  const main = join(ROOT, 'worker/supervisor/main.ts');
  const watch = [join(ROOT, 'server/cli/watch-process.mjs'), join(ROOT, 'node_modules/tsx/dist/cli.mjs')];
  return dev ? [...watch, 'watch', '--clear-screen=false', main] : ['--import', 'tsx', main];
}

/**
 * Only what is the process's own: web has no credential of GitHub or the model. Next would read .env by itself, credentials and all:
 * `__NEXT_PROCESSED_ENV` tells it that this was done.
 */
export function childEnv(name: 'web' | 'supervisor', own: Record<string, string>, dev: boolean): Record<string, string> {
  const next: Record<string, string> = name === 'web' ? { NEXT_TELEMETRY_DISABLED: '1', __NEXT_PROCESSED_ENV: 'true' } : {};
  return { ...environmentFor(name, process.env), NODE_ENV: dev ? 'development' : 'production', ...next, ...own };
}
