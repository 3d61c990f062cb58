import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../contracts/health.ts';
import { pass, warn } from '../../domain/settings/health.ts';
import { type Env, originOf } from '../../env.ts';
import { dataDirOf } from '../context.ts';
import { isPortFree } from '../start/ports.ts';
import { readState } from '../start/state.ts';
import type { RunningSupervisor } from './running-supervisors.ts';

const TIMEOUT_MS = 10_000;

/** Is each port that the factory wants free, or held by the factory itself: the web app's, the gateway's, the embedded Postgres'? */
export async function checkPorts(
  env: Env,
  { running, databaseAnswers }: { running: readonly RunningSupervisor[]; databaseAnswers: boolean },
): Promise<Check[]> {
  return [await checkWeb(env), await checkGateway(env, running), ...(env.DATABASE_URL ? [] : [await checkPostgres(env, databaseAnswers)])];
}

async function checkWeb(env: Env): Promise<Check> {
  const last = readState(env);
  const port = last.wanted === env.PORT && last.port ? last.port : env.PORT;
  if (await isPortFree(port, env.LISTEN_HOST ?? env.HOST)) return pass('Port', `${port} is free`);
  if (await isFactory(originOf(env.HOST, port))) return pass('Port', `the factory answers on ${port}`);
  return warn('Port', `${port} is taken by another program`, 'a start takes the next free one; set PORT for a fixed one');
}

async function checkGateway(env: Env, running: readonly RunningSupervisor[]): Promise<Check> {
  const port = env.GATEWAY_PORT || keptPort(join(dataDirOf(env), 'gateway-port'));
  if (port === 0) return pass('Gateway port', 'any free one, at the first start');
  if (running.some(({ own }) => own)) return pass('Gateway port', `${port}: the supervisor that runs holds it`);
  if (await isPortFree(port, '0.0.0.0')) return pass('Gateway port', `${port} is free`);
  const fix = env.GATEWAY_PORT ? 'set GATEWAY_PORT to a free one' : 'end that program: workers that live look for the gateway there';
  return warn('Gateway port', `${port} is taken by another program`, fix);
}

async function checkPostgres(env: Env, answers: boolean): Promise<Check> {
  const port = keptPort(join(dataDirOf(env), 'secrets', 'postgres-port'));
  if (port === 0) return pass('Postgres port', 'any free one, at the first start');
  if (answers) return pass('Postgres port', `the database answers on ${port}`);
  if (await isPortFree(port, '127.0.0.1')) return pass('Postgres port', `${port} is free`);
  return warn('Postgres port', `${port} is taken by another program`, 'nothing: a start takes another one');
}

function keptPort(path: string): number {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) || 0 : 0;
}

async function isFactory(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return JSON.stringify(await answer.json()) === '{"ok":true}';
  } catch {
    return false; // another program's answer, or none
  }
}
