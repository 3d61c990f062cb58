import { accessSync, constants, mkdirSync } from 'node:fs';
import { startEmbeddedPostgres } from '../../db/embedded-postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { ConfigError } from '../../domain/settings/settings.ts';
import { type Env, originOf, parseEnv } from '../../env.ts';
import { createStartToken, revokeStartToken } from '../../services/access/api-tokens.ts';
import { createLoginLink } from '../../services/access/sign-in.ts';
import { dataDirOf, withDatabase } from '../context.ts';
import { ensureDemoRepository } from '../../adapters/demo-repository.ts';
import { checkMachine } from '../machine.ts';
import { buildWeb } from '../start/build-web.ts';
import { type Child, keepRunning } from '../start/child.ts';
import { childArgs, childEnv } from '../start/children.ts';
import { takeLock } from '../start/lock.ts';
import { isPortFree, nextFreePort } from '../start/ports.ts';
import { waitUntilReady } from '../start/ready.ts';
import { readState, writeState } from '../start/state.ts';
import { box, step } from '../start/steps.ts';
import { welcome } from '../start/welcome.ts';
import { readVersion } from '../version.ts';
import { signInUrl } from './tokens.ts';

/** All of a Ctrl-C takes less than 5 s: this for web and supervisor, the rest for Postgres. */
const STOP_MS = 3_500;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** `npm start`: brings everything up on a bare machine, prints how to get in, and takes it down again on Ctrl-C. */
export async function up({ dev = false }: { dev?: boolean }): Promise<void> {
  const stop = new AbortController();
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (stop.abort(), resolve()));
  });
  const closers: (() => Promise<void> | void)[] = [];
  try {
    say(`AI Software Factory ${readVersion()}`);
    const started = await start({ dev, stop, closers });
    say(started);
    await asked;
    say('\nStopping: workers yield, their work is kept and goes on at the next start.');
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    for (const close of closers.reverse()) await close();
    if (stop.signal.aborted) say('Stopped.');
  }
}

async function start({ dev, stop, closers }: { dev: boolean; stop: AbortController; closers: (() => Promise<void> | void)[] }): Promise<string> {
  const env = await step('machine', async () => {
    const parsed = parseEnv(process.env);
    await checkMachine();
    return parsed;
  });
  const dataDir = dataDirOf(env);
  const lock = await step(
    'data',
    () => makeDataDir(env, dataDir, closers),
    () => dataDir,
  );
  const databaseUrl = await openDatabase(env, dataDir, closers);
  await step(
    'migrations',
    () => migrate(databaseUrl),
    (done) => (done.length === 0 ? 'up to date' : `${done.length} applied`),
  );
  if (!dev)
    await step(
      'web app',
      () => buildWeb(stop.signal),
      (built) => (built ? 'built' : 'matches the sources'),
    );
  stop.signal.throwIfAborted();

  const host = env.LISTEN_HOST ?? env.HOST;
  // A port that an earlier start took instead of PORT is kept: links to it stay good.
  const last = readState(env);
  // Where people come by another address, that counts on PORT: no other one will do.
  if (env.APP_URL && !(await isPortFree(env.PORT, host)))
    throw new ConfigError(`PORT=${env.PORT} is taken by another program, and APP_URL leads to it: end that program, or set both anew.`);
  const port = env.APP_URL ? env.PORT : await nextFreePort(last.wanted === env.PORT && last.port ? last.port : env.PORT, host);
  const origin = originOf(env.HOST, port);
  const url = env.APP_URL ?? origin;
  const own = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, PORT: String(port), APP_URL: url };
  const children: Child[] = [];
  const run = (name: 'web' | 'supervisor') => children.push(keepRunning({ name, args: childArgs(name, dev), env: childEnv(name, own, dev), dataDir, say }));
  closers.push(async () => void (await Promise.all(children.map((child) => child.stop(STOP_MS)))));
  await step(
    'web',
    () => (run('web'), waitUntilReady(origin, stop.signal)),
    () => (port === env.PORT ? url : `${url} (port ${env.PORT} ${last.port === port ? 'was' : 'is'} taken)`),
  );
  await step('supervisor', () => void run('supervisor'));
  lock.setUrl(url);
  writeState(env, { wanted: env.PORT, port, url });
  const demo = await ensureDemoRepository(dataDir);
  return withDatabase(databaseUrl, env, async (ctx) => {
    if (env.signIn) {
      // A link and a token open only what somebody at this machine asked for.
      await revokeStartToken(ctx);
      return box(welcome({ url, way: { team: true }, repo: env.REPOS[0] ?? 'OWNER/REPOSITORY', agent: agentOf(env) }));
    }
    const link = signInUrl(url, (await createLoginLink(ctx, { madeBy: 'start' })).secret);
    const token = (await createStartToken(ctx))?.token ?? null;
    return box(welcome({ url, way: { team: false, link, token }, repo: demo, agent: agentOf(env) }));
  });
}

async function openDatabase(env: Env, dataDir: string, closers: (() => Promise<void> | void)[]): Promise<string> {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const postgres = await step(
    'Postgres',
    () => startEmbeddedPostgres(dataDir),
    ({ adopted }) => (adopted ? 'was still running' : 'embedded, version 17'),
  );
  closers.push(() => postgres.stop());
  postgres.watch(say);
  for (const note of postgres.notes) say(`    ${note}`);
  return postgres.url;
}

function makeDataDir(env: Env, dataDir: string, closers: (() => void)[]) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    accessSync(dataDir, constants.W_OK);
  } catch (cause) {
    throw new ConfigError(`DATA_DIR=${dataDir} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  const lock = takeLock(dataDir, 'up');
  if (lock.kind === 'taken') {
    const where = lock.holder.url ?? readState(env).url;
    throw new ConfigError(
      `The factory runs already on ${dataDir}${where ? `, at ${where}` : ''} (process ${lock.holder.pid}). For a way in: npm run factory -- login-link`,
    );
  }
  closers.push(() => lock.release());
  // Its web and supervisor are this folder's only ones: a second of either has a DATA_DIR of its own.
  for (const role of ['web', 'supervisor'] as const) {
    const own = takeLock(dataDir, role);
    if (own.kind === 'taken')
      throw new ConfigError(`A ${role} alone runs already on ${dataDir} (process ${own.holder.pid}): stop it, or set another DATA_DIR.`);
    closers.push(() => own.release());
  }
  return lock;
}

function agentOf(env: Env): 'demo' | 'demo, for want of a credential' | 'another' {
  if (env.AGENT === 'demo') return 'demo';
  const has = env.AGENT !== 'auto' || env.AGENT_COMMAND || env.ANTHROPIC_API_KEY || env.CLAUDE_CODE_OAUTH_TOKEN;
  return has ? 'another' : 'demo, for want of a credential';
}
