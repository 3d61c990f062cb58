import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { asProcessEnv } from '../../domain/process-env.ts';
import { ROOT } from '../version.ts';
import { childEnv } from './children.ts';
import { compressFiles } from './compress-files.ts';
import { takeLock } from './lock.ts';

const STAMP = join(ROOT, '.next', 'factory-sources.sha256');
const LOCK_POLL_MS = 250;
const SOURCES = [
  'app',
  'server',
  'package.json',
  'package-lock.json',
  'next.config.ts',
  'postcss.config.mjs',
  'proxy.ts',
  'instrumentation.ts',
  'tsconfig.json',
];

/** A hash over everything that the web app is built of. */
export function hashSources(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    const full = join(ROOT, path);
    if (!existsSync(full)) return;
    if (/(^|\/)(generated|node_modules)$/.test(path) || /\.test\.tsx?$/.test(path)) return;
    const entries = isFolder(full) ? readdirSync(full).sort() : null;
    if (entries) for (const name of entries) add(join(path, name));
    else hash.update(path).update('\0').update(readFileSync(full)).update('\0');
  };
  for (const path of SOURCES) add(path);
  return hash.digest('hex');
}

function isFolder(path: string): boolean {
  try {
    return readdirSync(path).length >= 0;
  } catch {
    return false; // a file
  }
}

/**
 * Builds the web app where the build does not match the sources and the lock.
 * @returns false where it matched
 * @throws Error with the end of the build's own output
 */
export async function buildWeb(signal: AbortSignal): Promise<boolean> {
  const lock = await waitForLock(signal);
  try {
    return await buildOnce(signal);
  } finally {
    lock.release();
  }
}

/** Two starts of one checkout: the second waits for the first one's build, and finds that it matches. */
async function waitForLock(signal: AbortSignal): Promise<{ release: () => void }> {
  for (;;) {
    const lock = takeLock(join(ROOT, 'node_modules', '.cache', 'factory'), 'web');
    if (lock.kind === 'held') return lock;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

async function buildOnce(signal: AbortSignal): Promise<boolean> {
  const wanted = hashSources();
  if (existsSync(STAMP) && existsSync(join(ROOT, '.next', 'BUILD_ID')) && readFileSync(STAMP, 'utf8') === wanted) return false;
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const env = asProcessEnv(childEnv('web', {}, false));
  const child = spawn(process.execPath, [next, 'build'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], signal });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The web app could not be built:\n${output.trim().split('\n').slice(-40).join('\n')}`);
  await compressFiles(join(ROOT, '.next', 'static'));
  writeFileSync(STAMP, wanted);
  return true;
}
