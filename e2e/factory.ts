import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { asProcessEnv } from '../server/domain/process-env.ts';
import { removeFactory } from './engine-sweep.ts';

const ROOT = join(import.meta.dirname, '..');
/** A first start may build the web app. */
/** Shorter than any test that starts a factory: what a start that hangs has printed is in its error. */
const START_TIMEOUT_MS = 180_000;
/** A command that hangs is an error of its own, with what it printed. */
const CLI_TIMEOUT_MS = 90_000;

/** Signing in with GitHub: the OAuth app, the addresses of GitHub, and who may enter. */
export interface Team {
  clientId: string;
  clientSecret: string;
  serverUrl: string;
  apiUrl: string;
  users?: string[];
  orgs?: string[];
}

export interface FactoryOptions {
  /** More environment, on top of the defaults of startFactory. */
  env?: Record<string, string>;
  /** An existing DATA_DIR: a start after a stop or a kill. */
  dataDir?: string;
  /** A port that somebody must know before the start, such as an OAuth app whose callback has it. */
  port?: number;
  /** Team mode; without it local mode. */
  team?: Team;
}

export interface Factory {
  url: string;
  /** The link that the start printed; there is none in team mode. */
  readonly signInUrl: string;
  token: string;
  dataDir: string;
  /** All that the command printed so far. */
  output: () => string;
  /** Pid of the process that `npm start` runs. */
  pid: number;
  /** Calls the REST API with the start's token; in team mode, where a start prints none, with one made on the machine. */
  api: (path: string, init?: RequestInit) => Promise<Response>;
  /** Address of the factory's Postgres. */
  databaseUrl: () => string;
  /** `factory …` on the same machine. @returns what it printed */
  cli: (...args: string[]) => Promise<string>;
  sql: <T>(text: string, values?: unknown[]) => Promise<T[]>;
  /** SIGINT as by Ctrl-C; resolves with the milliseconds it took. Its data goes, and what it made on the engine, unless they are kept. */
  stop: (options?: { keepData?: boolean }) => Promise<number>;
  /** kill -9 of `npm start` itself. */
  kill: () => Promise<void>;
}

/** A free port of the loopback interface, below those that systems hand out by themselves (from 32768 on): nobody is given it before it is bound. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Waits until `probe` gives something; throws with `what` after the bound. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 120_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}${last instanceof Error ? `: ${last.message}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** The two README commands' second one, as a user runs it, in a DATA_DIR of its own. */
export async function startFactory(options: FactoryOptions = {}): Promise<Factory> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'factory-'));
  chmodSync(dataDir, 0o711);
  const port = options.port ?? (await freePort());
  const own = { DATA_DIR: dataDir, PORT: String(port), COOLDOWN_SECONDS: '0', POLL_INTERVAL: '1000', EMBEDDING: 'none' };
  const env = asProcessEnv({ ...cleanEnv(), ...own, ...(options.team ? teamEnv(options.team) : {}), ...options.env });
  const command = ['--import', 'tsx', 'server/cli/main.ts'];
  const child = spawn(process.execPath, [...command, 'up'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-1_000_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);

  const box = await until(
    'the box with the way in',
    () => {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`);
      const url = /The factory runs at (https?:\/\/localhost:\d+)/.exec(output)?.[1];
      const link = /https?:\/\/localhost:\d+\/sign-in\?link=fln_[\w-]+/.exec(output)?.[0];
      const token = /fct_[\w-]+/.exec(output)?.[0] ?? '';
      const wayIn = options.team ? output.includes('Sign in with GitHub there.') : link && token;
      return url && wayIn ? { url, link, token } : undefined;
    },
    START_TIMEOUT_MS,
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${output}`);
  });
  const { url, link } = box;
  const cli = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, [...command, ...args], { cwd: ROOT, env, timeout: CLI_TIMEOUT_MS })).stdout;
  const token = options.team ? (await cli('token', 'create', `of-tests-${randomBytes(4).toString('hex')}`)).trim() : box.token;
  const databaseUrl = () => findDatabaseUrl(dataDir, options.env);
  return {
    url,
    token,
    get signInUrl() {
      if (!link) throw new Error('In team mode the start prints no sign-in link.');
      return link;
    },
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    api: (path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      if (init.body && !headers.has('content-type')) headers.set('content-type', 'application/json');
      return fetch(url + path, { ...init, headers });
    },
    databaseUrl,
    cli,
    sql: (text, values) => query(databaseUrl(), text, values),
    stop: async ({ keepData = false } = {}) => {
      const started = Date.now();
      await end(child, 'SIGINT');
      const tookMs = Date.now() - started;
      if (!keepData && !options.dataDir) await removeFactory(dataDir);
      return tookMs;
    },
    kill: () => end(child, 'SIGKILL'),
  };
}

/** Spends the start's sign-in link. @returns the session's cookie */
export async function signIn(factory: Factory): Promise<string> {
  const link = new URL(factory.signInUrl).searchParams.get('link') ?? '';
  const answer = await fetch(`${factory.url}/api/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: factory.url },
    body: new URLSearchParams({ link }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`sign-in answered ${answer.status}`);
  return cookie;
}

async function query<T>(url: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as T[];
  } finally {
    await client.end();
  }
}

function findDatabaseUrl(dataDir: string, env: Record<string, string> = {}): string {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  return readFileSync(join(dataDir, 'secrets', 'database-url'), 'utf8').trim();
}

function teamEnv({ clientId, clientSecret, serverUrl, apiUrl, users = [], orgs = [] }: Team): Record<string, string> {
  const app = { AUTH_GITHUB_ID: clientId, AUTH_GITHUB_SECRET: clientSecret, AUTH_SECRET: randomBytes(32).toString('hex') };
  const allowed = { AUTH_ALLOWED_USERS: users.join(','), AUTH_ALLOWED_ORGS: orgs.join(',') };
  return { ...app, ...allowed, GITHUB_SERVER_URL: serverUrl, GITHUB_API_URL: apiUrl };
}

/** The tests' own environment less what would change the factory's behaviour. */
function cleanEnv(): Record<string, string> {
  const drop = /^(DATABASE_URL|DATA_DIR|PORT|HOST|APP_URL|AUTH_|GITHUB_|REPOS|ANTHROPIC_|CLAUDE_|RUNTIME|AGENT|VITEST|NODE_ENV|PW_|PLAYWRIGHT)/;
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !drop.test(entry[0])));
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // With its last words: they come through the pipes after its exit.
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill(signal);
  await Promise.race([exited, new Promise<void>((resolve) => setTimeout(resolve, 20_000))]);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await exited;
  }
}
