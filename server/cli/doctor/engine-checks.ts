import Docker from 'dockerode';
import type { Check } from '../../contracts/health.ts';
import { fail, pass, warn } from '../../domain/settings/health.ts';
import type { Env } from '../../env.ts';
import type { RunningSupervisor } from './running-supervisors.ts';
import { words } from './words.ts';

/** Name of the image that a start builds where WORKER_IMAGE names none; its tag is a hash of what it is made of. */
export const BUILT_IMAGE = 'ai-factory-worker';

export const engine = () => new Docker({ timeout: 10_000 });

/** The engine itself is asked, as the supervisor does: an image of the factory has no `docker` command. */
/** A supervisor with an engine of its own, where this machine's is none's. */
const withEngine = (running: readonly RunningSupervisor[]) =>
  running.some(({ own }) => own) ? undefined : running.find(({ runtime }) => runtime === 'docker');

export async function checkDocker(env: Env, running: readonly RunningSupervisor[]): Promise<Check> {
  const own = running.find((supervisor) => supervisor.own);
  if (env.RUNTIME === 'process' && own?.runtime === 'docker')
    return pass('Docker', 'RUNTIME=process in this environment; the supervisor that runs uses Docker');
  if (env.RUNTIME === 'process') return pass('Docker', 'not used (RUNTIME=process); workers are not isolated');
  try {
    return pass('Docker', `engine ${(await engine().version()).Version}`);
  } catch (error) {
    const elsewhere = withEngine(running);
    if (elsewhere) return pass('Docker', `no engine answers here, and none is needed: the supervisor on ${elsewhere.host} has one`);
    const detail = `no engine answers (${words(error)})`;
    const fix = 'install Docker and let this user reach its socket, or set RUNTIME=process (workers are then not isolated)';
    return env.RUNTIME === 'docker' ? fail('Docker', detail, fix) : warn('Docker', `${detail}: only the demo agent works`, fix);
  }
}

export async function checkImage(env: Env, running: readonly RunningSupervisor[]): Promise<Check> {
  if (env.RUNTIME === 'process') return pass('Worker image', 'not used (RUNTIME=process)');
  const name = env.WORKER_IMAGE ?? BUILT_IMAGE;
  try {
    const found = await engine().listImages({ filters: { reference: [name] } });
    if (found.length > 0) return pass('Worker image', `${name} is there`);
    return warn('Worker image', `${name} is not there yet`, env.WORKER_IMAGE ? `docker pull ${name}` : 'npm start builds it; work waits meanwhile');
  } catch {
    const elsewhere = withEngine(running);
    if (elsewhere) return pass('Worker image', `the supervisor on ${elsewhere.host} sees to it`);
    return warn('Worker image', 'no engine to ask', 'see Docker above');
  }
}
