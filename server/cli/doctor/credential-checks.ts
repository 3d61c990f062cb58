import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyPair } from '../../adapters/sealed-box.ts';
import type { Check } from '../../contracts/health.ts';
import { createDb } from '../../db/client.ts';
import { fail, judgeClock, pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import { loadCredentials } from '../../services/settings/load-credentials.ts';
import { dataDirOf, findDatabaseUrl } from '../context.ts';
import { judgeByRunning, type RunningSupervisor } from './running-supervisors.ts';
import { words } from './words.ts';

/** The configuration with what was typed into Connections laid over it, as the supervisor of this DATA_DIR works with it. */
export async function withTypedCredentials(env: Env): Promise<Env> {
  const dataDir = dataDirOf(env);
  const idFile = join(dataDir, 'supervisor-id');
  const keyPair = await readKeyPair(dataDir);
  if (keyPair === null || !existsSync(idFile)) return env;
  try {
    const db = createDb(findDatabaseUrl(env), 1);
    try {
      const supervisorId = readFileSync(idFile, 'utf8').trim();
      return { ...env, ...(await loadCredentials(db, { supervisorId, keyPair, env })).env };
    } finally {
      await db.$disconnect();
    }
  } catch {
    return env; // the Database check says why
  }
}

/** Whether the token works; where GitHub answers, also this machine's clock against its own: an embedded database has this machine's. */
export async function checkGitHub(env: Env, running: readonly RunningSupervisor[]): Promise<Check[]> {
  const elsewhere = judgeByRunning('GitHub token', { kind: 'github', here: env.GITHUB_TOKEN !== undefined, running });
  if (elsewhere) return [elsewhere];
  if (!env.GITHUB_TOKEN) {
    const detail = 'is not set: GitHub repositories, pull requests and issues are off';
    return [warn('GitHub token', detail, 'type one in under Settings → Connections, or set GITHUB_TOKEN')];
  }
  try {
    const url = `${env.GITHUB_API_URL.replace(/\/+$/, '')}/user`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${env.GITHUB_TOKEN}` }, signal: AbortSignal.timeout(10_000) });
    const fix = 'make a new token with repository permissions and type it in under Settings → Connections';
    const works = answer.ok ? pass('GitHub token', `works at ${new URL(url).host}`) : fail('GitHub token', `GitHub answered ${answer.status}`, fix);
    return [works, ...clockOf(answer, Date.now())];
  } catch (error) {
    return [warn('GitHub token', `GitHub cannot be reached: ${words(error)}`, 'check the network and GITHUB_API_URL')];
  }
}

/** An answer says the second in which it was written. */
function clockOf(answer: Response, nowMs: number): Check[] {
  const at = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(at) ? [] : [judgeClock(at + 500 - nowMs, { name: 'Clock, GitHub', of: 'GitHub’s' })];
}

export function checkModel(env: Env, running: readonly RunningSupervisor[]): Check {
  const here = (env.ANTHROPIC_API_KEY ?? env.CLAUDE_CODE_OAUTH_TOKEN) !== undefined;
  const elsewhere = judgeByRunning('Model credential', { kind: 'model', here, running });
  if (elsewhere) return elsewhere;
  if (here) return pass('Model credential', 'is set');
  if (env.AGENT === 'command') return pass('Model credential', 'not needed (AGENT=command)');
  return warn(
    'Model credential',
    'is not set: the scripted demo agent works',
    'type one in under Settings → Connections, or set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN',
  );
}
