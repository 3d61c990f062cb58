import type { Check } from '../../contracts/health.ts';
import { fail, judgeAddress, pass } from '../../domain/settings/health.ts';
import { type Env, parseEnv } from '../../env.ts';
import { dataDirOf } from '../context.ts';
import { readState } from '../start/state.ts';
import { checkAbandoned, removeAbandoned } from './abandoned.ts';
import { checkGitHub, checkModel, withTypedCredentials } from './credential-checks.ts';
import { checkDatabase } from './database-checks.ts';
import { checkDocker, checkImage } from './engine-checks.ts';
import { checkLeftovers, removeLeftovers } from './leftovers.ts';
import { checkDataFolder, checkDisk, checkGit, closeSecrets } from './machine-checks.ts';
import { findRunningSupervisors } from './running-supervisors.ts';
import { checkPorts } from './port-checks.ts';
import { checkStream } from './web-checks.ts';
import { words } from './words.ts';

type Source = Readonly<Record<string, string | undefined>>;

/** Whose environment is looked at: a person's, or a supervisor's own, which holds nothing of the sign-in. */
export type Part = 'whole' | 'supervisor';

/** All checks, in the order in which they build on each other. */
export async function runChecks(source: Source, part: Part): Promise<Check[]> {
  const checks = [pass('Node.js', process.versions.node), await checkGit()];
  let env: Env;
  try {
    env = parseEnv(source, part);
    checks.push(pass('Configuration', 'reads well'));
  } catch (error) {
    return [...checks, fail('Configuration', words(error), 'correct the variable in the environment or in .env')];
  }
  const dataDir = dataDirOf(env);
  const address = { appUrl: env.APP_URL ?? readState(env).url ?? env.appUrl, githubServerUrl: env.GITHUB_SERVER_URL };
  const database = await checkDatabase(env);
  checks.push(await checkDisk(dataDir), checkDataFolder(dataDir), ...database);
  const beating = await findRunningSupervisors(env);
  checks.push(...(await checkPorts(env, { running: beating, databaseAnswers: database.some(({ name }) => name === 'Clock') })));
  checks.push(judgeAddress(address), await checkStream(env, part));
  // A supervisor's own environment is the one that counts.
  const running = part === 'supervisor' ? [] : beating;
  checks.push(await checkDocker(env, running), await checkImage(env, running), await checkLeftovers(env), await checkAbandoned(env));
  const working = await withTypedCredentials(env);
  checks.push(...(await checkGitHub(working, running)), checkModel(working, running));
  return checks;
}

/** Does what is safe to do without asking. @returns what was done, in sentences */
export async function runFixes(source: Source, part: Part): Promise<string[]> {
  let env: Env;
  try {
    env = parseEnv(source, part);
  } catch {
    return []; // the Configuration check says what is wrong
  }
  return [...(await closeSecrets(dataDirOf(env))), ...(await removeLeftovers(env)), ...(await removeAbandoned(env))];
}
