import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from '../../server/env.ts';
import type { HostEnv } from './git.ts';
import { createProcessRuntime } from './runtimes/process-runtime.ts';
import type { WorkerRuntime } from './runtimes/worker-runtime.ts';

const run = promisify(execFile);
const BUNDLER = join(import.meta.dirname, '../ralph/bundle.mjs');

/** AGENT=auto: the program that was named, else Claude Code where there is a credential for it, else the scripted demo. */
export function chooseAgent(env: Pick<Env, 'AGENT' | 'AGENT_COMMAND' | 'ANTHROPIC_API_KEY' | 'CLAUDE_CODE_OAUTH_TOKEN'>): 'claude' | 'demo' | 'command' {
  if (env.AGENT !== 'auto') return env.AGENT;
  if (env.AGENT_COMMAND) return 'command';
  return env.ANTHROPIC_API_KEY || env.CLAUDE_CODE_OAUTH_TOKEN ? 'claude' : 'demo';
}

/** How workers are started here. @throws Error in one sentence where the wanted runtime cannot be had */
export function chooseRuntime(env: Env, { agent, host }: { agent: 'claude' | 'demo' | 'command'; host: HostEnv }): WorkerRuntime {
  if (env.RUNTIME === 'docker') throw new Error('RUNTIME=docker is not available: no Docker runtime is built in yet.');
  return createProcessRuntime({
    dataDir: env.DATA_DIR,
    ralphPath: join(env.DATA_DIR, 'tools', 'ralph.mjs'),
    bundle: (outFile) => run(process.execPath, [BUNDLER, outFile]),
    needsClaude: agent === 'claude',
    host,
  });
}
