import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { ServiceConfig } from './contracts/service-config.ts';
import { redact } from './domain/redaction.ts';
import { ConfigError, type Setting, SETTINGS } from './domain/settings/settings.ts';

const blank = (value: string | undefined) => (value === undefined || value.trim() === '' ? undefined : value.trim());
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']); // with brackets: as the host of a URL
/** A Docker image, by name, tag or digest. */
const IMAGE = /^\w[\w./:@-]*$/;
const PLACEHOLDER = /^(change[-_ ]?me|your[-_ ].*|placeholder|example|secret|password|token|todo|x{3,}|\*{3,}|<.*>)$/i;

/** Credentials of GitHub and the model under names that are no settings of ours, such as a developer's shell has. */
const CREDENTIALS = /^(ANTHROPIC_|CLAUDE_|GH_TOKEN$|GH_ENTERPRISE_TOKEN$|GITHUB_.*TOKEN$)/;

/** A comma-separated list of names, each of which fits. */
function names(each: RegExp) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().regex(each)));
}

function wholeNumber(min: number, max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max));
}

/** An address that may be shown: no name and password in it. */
function openAddress() {
  return z.url({ protocol: /^https?$/ }).refine((address) => !new URL(address).username && !new URL(address).password);
}

const shape = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional(),
  DATA_DIR: z.string(),
  PORT: wholeNumber(1, 65_535),
  HOST: z.string().transform((host) => host.replace(/^\[(.*)\]$/, '$1')),
  LISTEN_HOST: z
    .string()
    .regex(/^[\w.:-]+$/)
    .optional(),
  PUBLISHED_HOST: z
    .string()
    .regex(/^[\w.:[\]-]+$/)
    .optional(),
  APP_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_SECRET: z.string().min(16).optional(),
  AUTH_GITHUB_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
  AUTH_GITHUB_SECRET: z.string().min(8).optional(),
  AUTH_ALLOWED_ORGS: names(/^[\w-]{1,100}$/),
  AUTH_ALLOWED_USERS: names(/^[\w-]{1,100}$/),
  GITHUB_TOKEN: z.string().min(8).optional(),
  GITHUB_API_URL: z.url({ protocol: /^https?$/ }),
  GITHUB_SERVER_URL: z.url({ protocol: /^https?$/ }),
  REPOS: names(/^[\w.-]+\/[\w.-]+$/),
  INTAKE_LABEL: z.string().max(50),
  POLL_INTERVAL: wholeNumber(1_000, 86_400_000),
  MAX_WORKERS: wholeNumber(0, 1_000),
  DAILY_BUDGET: wholeNumber(0, 1_000_000),
  DAILY_BUDGET_USD: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .optional(),
  COOLDOWN_SECONDS: wholeNumber(0, 86_400),
  FACTORY_TZ: z.string().refine(isTimeZone),
  RUNTIME: z.enum(['auto', 'docker', 'process']),
  AGENT: z.enum(['auto', 'claude', 'demo', 'command']),
  AGENT_COMMAND: z.string().optional(),
  SETUP_COMMAND: z.string().optional(),
  VERIFY_COMMAND: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().min(8).optional(),
  CLAUDE_CODE_OAUTH_TOKEN: z.string().min(8).optional(),
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }),
  EMBEDDING: z.enum(['auto', 'onnx', 'endpoint', 'words', 'none']),
  EMBEDDING_MODEL_PATH: z.string().optional(),
  EMBEDDING_MODEL_URL: openAddress().optional(),
  EMBEDDING_MODEL_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .toLowerCase()
    .optional(),
  EMBEDDING_BASE_URL: openAddress().optional(),
  EMBEDDING_MODEL: z.string().max(200).optional(),
  EMBEDDING_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .optional(),
  WORKER_IMAGE: z.string().regex(IMAGE).optional(),
  WORKER_BASE: z.string().regex(IMAGE),
  GATEWAY_PORT: wholeNumber(0, 65_535),
  EGRESS_ALLOW: z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean)),
  EXTRA_CA_CERTS: z.string().refine(existsSync).optional(),
  METRICS: z.enum(['off', 'loopback', 'all']),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
};

/** How people sign in with GitHub, and who may. */
export interface GitHubSignIn {
  clientId: string;
  clientSecret: string;
  /** Seals the cookies of a sign-in that is under way. */
  secret: string;
  allowedOrgs: string[];
  allowedUsers: string[];
}

/** The whole configuration, read once. */
export type Env = { [K in keyof typeof shape]: z.output<(typeof shape)[K]> } & {
  /** Signing in with GitHub is not configured, HOST is loopback and APP_URL is this machine: people sign in by a link on the console. */
  localMode: boolean;
  appUrl: string;
  /** null in local mode, and in the supervisor, which signs nobody in. */
  signIn: GitHubSignIn | null;
};

/** Names of the variables and what each takes: the one table that README and .env.example are made of. */
export { ConfigError, SETTINGS };

/**
 * Reads and checks the environment.
 * @param part the supervisor has the client ID, by which it knows that this is no local mode, and none of the secrets
 * @throws ConfigError with one sentence that names the variable and what it takes; a secret's value is never in it
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>, part: 'whole' | 'supervisor' = 'whole'): Env {
  const values: Record<string, unknown> = {};
  for (const setting of SETTINGS) values[setting.name] = readSetting(setting, source);
  const env = values as Omit<Env, 'localMode' | 'appUrl' | 'signIn'>;
  const signIn = part === 'whole' ? readSignIn(env) : null;
  const localMode = env.AUTH_GITHUB_ID === undefined;
  if (localMode && !LOOPBACK.has(env.HOST)) {
    throw new ConfigError(
      `HOST=${env.HOST} is not this machine alone, and signing in as a team is not configured: set AUTH_GITHUB_ID and AUTH_GITHUB_SECRET, take HOST=localhost, or reach it through an SSH tunnel.`,
    );
  }
  if (localMode && part === 'whole') refuseOpenPort(env);
  const appUrl = env.APP_URL ?? originOf(env.HOST, env.PORT);
  if (localMode && !LOOPBACK.has(new URL(appUrl).hostname)) {
    throw new ConfigError('APP_URL takes an address of this machine (http://localhost:3000) while signing in as a team is not configured.');
  }
  if (env.AGENT === 'command' && !env.AGENT_COMMAND) throw new ConfigError('AGENT=command needs AGENT_COMMAND: the program that each iteration runs.');
  checkEmbedding(env);
  return { ...env, localMode, appUrl, signIn };
}

/** Whoever reaches the port of a factory without sign-in could try its links and tokens: in a container it is reached where it is published. */
function refuseOpenPort({ LISTEN_HOST: listen, PUBLISHED_HOST: published }: Pick<Env, 'LISTEN_HOST' | 'PUBLISHED_HOST'>): void {
  const team = 'signing in as a team is not configured: set AUTH_GITHUB_ID and AUTH_GITHUB_SECRET';
  if (published !== undefined && !LOOPBACK.has(published)) {
    throw new ConfigError(`PUBLISHED_HOST=${published} (docker-compose: HOST_BIND) opens the factory to the network, and ${team}, or take 127.0.0.1.`);
  }
  if (listen !== undefined && published === undefined && !LOOPBACK.has(listen)) {
    throw new ConfigError(
      `LISTEN_HOST=${listen} opens the factory to the network, and ${team}, or leave LISTEN_HOST out; in a container publish the port on 127.0.0.1 and say so with PUBLISHED_HOST=127.0.0.1.`,
    );
  }
}

/** Two models, or half an endpoint: nobody could say which was meant. */
function checkEmbedding(env: Omit<Env, 'localMode' | 'appUrl' | 'signIn'>): void {
  if (env.EMBEDDING_MODEL_PATH && env.EMBEDDING_MODEL_URL) throw new ConfigError('EMBEDDING_MODEL_PATH and EMBEDDING_MODEL_URL are both set: take one.');
  if (env.EMBEDDING_BASE_URL && !env.EMBEDDING_MODEL) throw new ConfigError('EMBEDDING_BASE_URL needs EMBEDDING_MODEL: the model that is asked for there.');
  if (env.EMBEDDING === 'endpoint' && !env.EMBEDDING_BASE_URL) throw new ConfigError('EMBEDDING=endpoint needs EMBEDDING_BASE_URL.');
}

/** Signing in with GitHub is configured whole or not at all: half of it would lock everybody out, or let everybody in. */
function readSignIn(env: Omit<Env, 'localMode' | 'appUrl' | 'signIn'>): GitHubSignIn | null {
  const { AUTH_GITHUB_ID: clientId, AUTH_GITHUB_SECRET: clientSecret, AUTH_ALLOWED_ORGS: allowedOrgs, AUTH_ALLOWED_USERS: allowedUsers } = env;
  if (!clientId && !clientSecret) return null;
  if (!clientId) throw new ConfigError('AUTH_GITHUB_SECRET is set and AUTH_GITHUB_ID is not: signing in with GitHub needs both.');
  if (!clientSecret) throw new ConfigError('AUTH_GITHUB_ID is set and AUTH_GITHUB_SECRET is not: signing in with GitHub needs both.');
  if (allowedOrgs.length + allowedUsers.length === 0) {
    throw new ConfigError(
      'Signing in with GitHub is configured, but nobody may enter: set AUTH_ALLOWED_ORGS or AUTH_ALLOWED_USERS, or everybody who has a GitHub account would be let in.',
    );
  }
  if (!env.AUTH_SECRET) {
    throw new ConfigError('Signing in with GitHub needs AUTH_SECRET: at least 16 random characters, such as “openssl rand -hex 32” prints.');
  }
  return { clientId, clientSecret, secret: env.AUTH_SECRET, allowedOrgs, allowedUsers };
}

/** Address of a web app; an IPv6 host stands in brackets. */
export function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function readSetting(setting: Setting, source: Readonly<Record<string, string | undefined>>): unknown {
  const given = blank(source[setting.name]);
  if (setting.secret && given !== undefined && PLACEHOLDER.test(given)) {
    throw new ConfigError(`${setting.name} still holds a placeholder: ${setting.takes}.`);
  }
  const fallback = setting.name === 'FACTORY_TZ' ? Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' : setting.default;
  // Passwords as of a developer's own database pass; what a person forgot to replace does not.
  if (setting.name === 'DATABASE_URL' && given !== undefined && /^[^:]+:\/\/[^:@/]*:(change[-_ ]?me|your[-_ ]|placeholder|<|%3C)[^@]*@/i.test(given)) {
    throw new ConfigError('DATABASE_URL still holds a placeholder for its password.');
  }
  const parsed = shape[setting.name as keyof typeof shape].safeParse(given ?? fallback);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${setting.name}${setting.secret ? '' : `=${redact(given ?? '').slice(0, 100)}`} is wrong: ${setting.takes}.`);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The variables that one process gets: web none of GitHub and model, the supervisor none of the sign-in. */
export function environmentFor(process: 'web' | 'supervisor', source: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const mine = new Set(SETTINGS.filter((setting) => setting.for === 'both' || setting.for === process).map((setting) => setting.name));
  const known = new Set(SETTINGS.map((setting) => setting.name));
  const passes = (name: string) => mine.has(name) || (!known.has(name) && !(process === 'web' && CREDENTIALS.test(name)));
  return Object.fromEntries(Object.entries(source).filter((entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0])));
}

/** What the services need to know; nothing secret. */
export function serviceConfig(env: Env, version: string): ServiceConfig {
  return {
    version,
    limits: {
      maxWorkers: env.MAX_WORKERS,
      dailyBudget: env.DAILY_BUDGET,
      dailyBudgetUsd: env.DAILY_BUDGET_USD ?? null,
      cooldownSeconds: env.COOLDOWN_SECONDS,
      timeZone: env.FACTORY_TZ,
    },
    localMode: env.localMode,
    githubServerUrl: env.GITHUB_SERVER_URL,
    setupCommand: env.SETUP_COMMAND ?? null,
    verifyCommand: env.VERIFY_COMMAND ?? null,
    agentCommand: env.AGENT_COMMAND ?? null,
  };
}

/** What the embedder is chosen by; the key is in it. */
export function embeddingConfig(env: Env) {
  return {
    kind: env.EMBEDDING,
    modelPath: env.EMBEDDING_MODEL_PATH ?? null,
    modelUrl: env.EMBEDDING_MODEL_URL ?? null,
    modelSha256: env.EMBEDDING_MODEL_SHA256 ?? null,
    baseUrl: env.EMBEDDING_BASE_URL ?? null,
    model: env.EMBEDDING_MODEL ?? null,
    apiKey: env.EMBEDDING_API_KEY ?? null,
  };
}

/** The environment of this process, for the supervisor's start. */
export const processEnv: Readonly<Record<string, string | undefined>> = process.env;
