import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { pendingMigrations } from '../db/migrate.ts';
import { type Env, parseEnv } from '../env.ts';
import { findDatabaseUrl } from './context.ts';

const run = promisify(execFile);
/** Name of the image that a start builds where WORKER_IMAGE names none; its tag is a hash of what it is made of. */
const BUILT_IMAGE = 'ai-factory-worker';
const GIB = 1024 ** 3;
const DISK_WARN_BYTES = 5 * GIB;
const DISK_FAIL_BYTES = GIB;

export interface Check {
  name: string;
  result: 'PASS' | 'WARN' | 'FAIL';
  detail: string;
  /** What to do; absent on PASS. */
  fix?: string;
}

const pass = (name: string, detail: string): Check => ({ name, result: 'PASS', detail });
const warn = (name: string, detail: string, fix: string): Check => ({ name, result: 'WARN', detail, fix });
const fail = (name: string, detail: string, fix: string): Check => ({ name, result: 'FAIL', detail, fix });
const words = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** All checks, in the order in which they build on each other. */
export async function runChecks(source: Readonly<Record<string, string | undefined>>): Promise<Check[]> {
  const checks = [pass('Node.js', process.versions.node), await checkGit()];
  let env: Env;
  try {
    env = parseEnv(source);
    checks.push(pass('Configuration', 'reads well'));
  } catch (error) {
    return [...checks, fail('Configuration', words(error), 'correct the variable in the environment or in .env')];
  }
  const dataDir = resolve(env.DATA_DIR);
  checks.push(await checkDisk(dataDir), checkPermissions(dataDir), await checkDatabase(env), await checkDocker(env), await checkImage(env));
  checks.push(await checkGitHub(env), checkModel(env));
  return checks;
}

async function checkGit(): Promise<Check> {
  try {
    return pass('git', (await run('git', ['--version'], { timeout: 10_000 })).stdout.trim());
  } catch {
    return fail('git', 'is not installed', 'install it (Debian: apt-get install git)');
  }
}

async function checkDisk(dataDir: string): Promise<Check> {
  let dir = dataDir;
  while (!existsSync(dir)) dir = dirname(dir);
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  const detail = `${(free / GIB).toFixed(1)} GiB free at ${dir}`;
  if (free < DISK_FAIL_BYTES) return fail('Disk', detail, 'free some space, or set DATA_DIR to a larger disk');
  return free < DISK_WARN_BYTES ? warn('Disk', detail, 'workspaces and images need several GiB') : pass('Disk', detail);
}

function checkPermissions(dataDir: string): Check {
  if (!existsSync(dataDir)) return pass('Data folder', `${dataDir} (made at the first start)`);
  try {
    accessSync(dataDir, constants.W_OK);
  } catch {
    return fail('Data folder', `${dataDir} cannot be written`, `chown it to the user that starts the factory`);
  }
  const secrets = resolve(dataDir, 'secrets');
  if (existsSync(secrets) && (statSync(secrets).mode & 0o077) !== 0) return fail('Data folder', `${secrets} is readable by others`, `chmod 700 ${secrets}`);
  return pass('Data folder', dataDir);
}

async function checkDatabase(env: Env): Promise<Check> {
  try {
    const pending = await pendingMigrations(findDatabaseUrl(env));
    return pending.length === 0 ? pass('Database', 'answers, and is up to date') : fail('Database', `lacks ${pending.join(', ')}`, 'npm run migrate');
  } catch (error) {
    if (env.DATABASE_URL) return fail('Database', words(error), 'start that Postgres, or correct DATABASE_URL');
    return warn('Database', 'the embedded Postgres does not run', 'npm start');
  }
}

/** The engine itself is asked, as the supervisor does: an image of the factory has no `docker` command. */
async function checkDocker(env: Env): Promise<Check> {
  if (env.RUNTIME === 'process') return pass('Docker', 'not used (RUNTIME=process); workers are not isolated');
  try {
    return pass('Docker', `engine ${(await engine().version()).Version}`);
  } catch (error) {
    const detail = `no engine answers (${engineWords(error)})`;
    const fix = 'install Docker and let this user reach its socket, or set RUNTIME=process (workers are then not isolated)';
    return env.RUNTIME === 'docker' ? fail('Docker', detail, fix) : warn('Docker', `${detail}: only the demo agent works`, fix);
  }
}

async function checkImage(env: Env): Promise<Check> {
  if (env.RUNTIME === 'process') return pass('Worker image', 'not used (RUNTIME=process)');
  const name = env.WORKER_IMAGE ?? BUILT_IMAGE;
  try {
    const found = await engine().listImages({ filters: { reference: [name] } });
    if (found.length > 0) return pass('Worker image', `${name} is there`);
    return warn('Worker image', `${name} is not there yet`, env.WORKER_IMAGE ? `docker pull ${name}` : 'npm start builds it; work waits meanwhile');
  } catch {
    return warn('Worker image', 'no engine to ask', 'see Docker above');
  }
}

const engine = () => new Docker({ timeout: 10_000 });

/** A failed connection to several addresses has an empty message of its own. */
function engineWords(error: unknown): string {
  return words(error) || (error instanceof Error && 'code' in error ? String(error.code) : 'no words');
}

async function checkGitHub(env: Env): Promise<Check> {
  if (!env.GITHUB_TOKEN) return warn('GitHub token', 'is not set: GitHub repositories, pull requests and issues are off', 'set GITHUB_TOKEN');
  try {
    const url = `${env.GITHUB_API_URL.replace(/\/+$/, '')}/user`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${env.GITHUB_TOKEN}` }, signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return pass('GitHub token', `works at ${new URL(url).host}`);
    return fail('GitHub token', `GitHub answered ${answer.status}`, 'make a new token with repository permissions and set GITHUB_TOKEN');
  } catch (error) {
    return warn('GitHub token', `GitHub cannot be reached: ${words(error)}`, 'check the network and GITHUB_API_URL');
  }
}

function checkModel(env: Env): Check {
  if (env.ANTHROPIC_API_KEY ?? env.CLAUDE_CODE_OAUTH_TOKEN) return pass('Model credential', 'is set');
  if (env.AGENT === 'command') return pass('Model credential', 'not needed (AGENT=command)');
  return warn('Model credential', 'is not set: the scripted demo agent works', 'set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN');
}
