import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asProcessEnv } from '../../domain/process-env.ts';
import { childEnv } from './children.ts';

test('Next does not read the credentials of .env into the web process by itself', () => {
  const dir = mkdtempSync(join(tmpdir(), 'factory-env-'));
  try {
    writeFileSync(join(dir, '.env'), 'GITHUB_TOKEN=not-for-web\n');
    const loader = createRequire(createRequire(import.meta.url).resolve('next/package.json')).resolve('@next/env');
    const script = `require(${JSON.stringify(loader)}).loadEnvConfig(${JSON.stringify(dir)}, false, { info() {}, error() {} }); console.log(process.env.GITHUB_TOKEN ?? 'none');`;
    const read = (env: NodeJS.ProcessEnv) => spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env }).stdout.trim();
    expect(read(asProcessEnv({ PATH: process.env.PATH }))).toBe('not-for-web');
    expect(read(asProcessEnv(childEnv('web', {}, false)))).toBe('none');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
