import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Agent, Agents } from '../../server/contracts/repositories.ts';
import { machineName } from '../../server/adapters/this-machine.ts';
import type { Env } from '../../server/env.ts';
import type { HostEnv } from './git.ts';
import { connectDocker } from './runtimes/docker/connect-docker.ts';
import { createProcessRuntime } from './runtimes/process-runtime.ts';
import type { WorkerRuntime } from './runtimes/worker-runtime.ts';

const run = promisify(execFile);
const BUNDLER = join(import.meta.dirname, '../ralph/bundle.mjs');
const bundle = (outFile: string) => run(process.execPath, [BUNDLER, outFile]);

export interface Workers {
  runtime: WorkerRuntime;
  /** For the demo, while the runtime cannot be made ready; null where containers were asked for by hand, or a real agent works. */
  spare: WorkerRuntime | null;
  agents: Agents;
  /** Sentences that say what is off, and why. */
  off: string[];
}

type AgentSettings = Pick<Env, 'AGENT' | 'AGENT_COMMAND' | 'ANTHROPIC_API_KEY' | 'CLAUDE_CODE_OAUTH_TOKEN' | 'RUNTIME'>;

/**
 * AGENT=auto: the program that was named, else Claude Code where there is a credential for it, else the scripted demo. A real agent
 * outside a container is a choice made by hand: by RUNTIME=process, or by AGENT itself.
 * @param isolated the runtime seals its workers
 */
export function chooseAgent(env: AgentSettings, { isolated }: { isolated: boolean }): Agent {
  if (env.AGENT !== 'auto') return env.AGENT;
  if (!isolated && env.RUNTIME !== 'process') return 'demo';
  if (env.AGENT_COMMAND) return 'command';
  return env.ANTHROPIC_API_KEY || env.CLAUDE_CODE_OAUTH_TOKEN ? 'claude' : 'demo';
}

/** Who can work here, the chosen one first: the demo, and the others where they have what they need and a person chose the place. Pure. */
export function agentsHere(env: AgentSettings, { isolated }: { isolated: boolean }): Agents {
  const chosen = isolated || env.RUNTIME === 'process';
  const first = chooseAgent(env, { isolated });
  const agents: Agent[] = ['demo'];
  if (chosen && env.AGENT_COMMAND) agents.push('command');
  if (chosen && (env.ANTHROPIC_API_KEY || env.CLAUDE_CODE_OAUTH_TOKEN)) agents.push('claude');
  return [first, ...agents.filter((agent) => agent !== first)];
}

/** How workers are started here, and who works in them. @throws Error in one sentence where what is wanted cannot be had */
export async function chooseWorkers(env: Env, { host, supervisorId }: { host: HostEnv; supervisorId: string }): Promise<Workers> {
  const off: string[] = [];
  if (env.RUNTIME !== 'process') {
    const answer = await connectDocker({
      hostname: hostname(),
      owner: { id: supervisorId, dataDir: env.DATA_DIR, host: machineName() },
      workerImage: env.WORKER_IMAGE ?? null,
      build: { dataDir: env.DATA_DIR, base: env.WORKER_BASE, ca: readCertificates(host), bundle, host },
    });
    if (answer.kind === 'found') {
      const agents = agentsHere(env, { isolated: true });
      const spare = env.RUNTIME === 'auto' && agents[0] === 'demo' ? processRuntime(env, { host, needsClaude: false }) : null;
      return { runtime: answer.runtime, spare, agents, off };
    }
    if (env.RUNTIME === 'docker') throw new Error(`RUNTIME=docker needs a Docker engine: ${answer.reason}`);
    off.push(`Containers are off, so only the demo agent works unless RUNTIME=process is set: ${answer.reason}`);
  }
  const agents = agentsHere(env, { isolated: false });
  return { runtime: processRuntime(env, { host, needsClaude: agents[0] === 'claude' }), spare: null, agents, off };
}

function processRuntime(env: Env, { host, needsClaude }: { host: HostEnv; needsClaude: boolean }): WorkerRuntime {
  return createProcessRuntime({ dataDir: env.DATA_DIR, ralphPath: join(env.DATA_DIR, 'tools', 'ralph.mjs'), bundle, needsClaude, host });
}

/** Certificates that workers trust beside their image's own: EXTRA_CA_CERTS, else what this machine's Node trusts. */
function readCertificates(host: HostEnv): string {
  const path = host.NODE_EXTRA_CA_CERTS;
  return path && existsSync(path) ? readFileSync(path, 'utf8') : '';
}
