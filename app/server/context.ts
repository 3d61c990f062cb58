import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { createDb, type Db } from '../../server/db/client.ts';
import { ConfigError } from '../../server/domain/settings/settings.ts';
import { type Env, type GitHubSignIn, parseEnv, processEnv, serviceConfig } from '../../server/env.ts';
import { nearestFromSupervisor } from '../../server/services/learnings/ask-nearest.ts';
import type { NearestLearnings } from '../../server/services/learnings/nearest.ts';
import type { ServiceConfig } from '../../server/services/context.ts';

/** What a request of the web process works with; the actor is added where it is authenticated. */
export interface WebServices {
  db: Db;
  queue: Queue;
  config: ServiceConfig;
  now: () => Date;
  /** The search by meaning; absent where there is none. */
  nearest?: NearestLearnings;
  databaseUrl: string;
  /** Where people reach the web app. */
  appUrl: string;
  /** From where GET /metrics is answered for Prometheus. */
  prometheus: Env['METRICS'];
  /** null in local mode. */
  signIn: WebSignIn | null;
}

/** How people sign in with GitHub, who may, and the addresses of both sides. */
export type WebSignIn = GitHubSignIn & { appUrl: string; serverUrl: string; apiUrl: string };

const store = globalThis as { factoryServices?: WebServices };

/** One pool and one queue a process, made at the first request: a build needs neither. */
export function getServices(): WebServices {
  store.factoryServices ??= makeServices();
  return store.factoryServices;
}

function makeServices(): WebServices {
  const env = parseEnv(processEnv);
  if (!env.DATABASE_URL) throw new ConfigError('DATABASE_URL takes a postgresql:// address.');
  const { version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version: string };
  const db = createDb(env.DATABASE_URL, 10);
  const now = () => new Date();
  return {
    db,
    queue: createQueue({ url: env.DATABASE_URL, supervise: false, onError: (error) => console.error('queue:', error.message) }),
    config: serviceConfig(env, version),
    now,
    nearest: nearestFromSupervisor(db, { now }),
    databaseUrl: env.DATABASE_URL,
    appUrl: env.appUrl,
    prometheus: env.METRICS,
    signIn: env.signIn && { ...env.signIn, appUrl: env.appUrl, serverUrl: env.GITHUB_SERVER_URL, apiUrl: env.GITHUB_API_URL },
  };
}
