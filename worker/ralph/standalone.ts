import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSpec } from '../../server/domain/specs/spec.ts';
import type { Agent } from './agents/agent-port.ts';
import { claudeAgent } from './agents/claude.ts';
import { commandAgent } from './agents/command.ts';
import { demoAgent } from './agents/demo.ts';
import { EXIT, type StandaloneArgs } from './args.ts';
import { emitEnding, exitCode, type Stops } from './ending.ts';
import { AiFolder, excludeAiFolder } from './git/checkout.ts';
import { Git } from './git/git.ts';
import { Emitter } from './io/emitter.ts';
import { agentEnv } from './io/shell.ts';
import { type Ending, standaloneLink } from './link.ts';
import { Loop } from './loop.ts';
import { WATCHDOGS } from './run-agent.ts';
import type { Environment } from '../../server/domain/process-env.ts';

export interface StandaloneDeps {
  args: StandaloneArgs;
  cwd: string;
  env: Environment;
  claudeBin: string;
  print: (line: string) => void;
  complain: (text: string) => void;
  stops: Stops;
}

/** Ralph alone, in any checkout: no factory, nothing is pushed. Answers the exit code. */
export async function runStandalone(deps: StandaloneDeps): Promise<number> {
  const { args, stops } = deps;
  const usage = (message: string) => {
    deps.complain(`ralph: ${message}\n`);
    return EXIT.usage;
  };
  let spec: string;
  let tasks: number;
  try {
    spec = readFileSync(args.spec, 'utf8');
    tasks = parseSpec(spec).tasks.length;
  } catch (error) {
    return usage(`${args.spec}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const outer = new Git(deps.cwd, deps.env, stops.stopAll);
  const top = await outer.run(['rev-parse', '--show-toplevel']);
  if (top.code !== 0) return usage('this is no git checkout');
  const git = new Git(top.stdout.trim(), deps.env, stops.stopAll);
  const head = await git.run(['rev-parse', '--verify', 'HEAD']);
  const branch = (await git.run(['symbolic-ref', '--short', '-q', 'HEAD'])).stdout.trim();
  if (head.code !== 0) return usage('the checkout has no commit yet');
  if (branch === '') return usage('no branch is checked out');
  await excludeAiFolder(git);
  const ai = new AiFolder(git.dir);
  ai.write('SPEC.md', spec);

  const emitter = new Emitter({ print: deps.print, signal: stops.stopAll });
  const stateDir = mkdtempSync(join(tmpdir(), 'ralph-'));
  let ending: Ending;
  try {
    const loop = new Loop({
      git,
      ai,
      emitter,
      link: standaloneLink(args.maxIterations ?? Math.max(30, tasks * 2)),
      config: {
        ...args,
        title: parseSpec(spec).title ?? 'The specification below',
        spec,
        testEnv: {},
        branch,
        startCommit: head.stdout.trim(),
        iterationsUsed: 0,
      },
      agent: chooseAgent(deps),
      env: deps.env,
      stateDir,
      stopAgent: stops.stopAgent,
      stopAll: stops.stopAll,
      watchdogs: { ...WATCHDOGS, idleMs: args.idleMs, iterationMs: args.iterationMs },
      onSpec: (text) => {
        if (text !== readFileSync(args.spec, 'utf8')) writeFileSync(args.spec, text);
      },
    });
    ending = await loop.run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    ending = stops.stopAll.aborted ? { kind: 'stopped', message } : { kind: 'failed', message };
  } finally {
    rmSync(stateDir, { recursive: true, force: true, maxRetries: 3 });
  }
  emitEnding(emitter, ending);
  return exitCode(ending);
}

function chooseAgent(deps: StandaloneDeps): Agent {
  const env = agentEnv(deps.env);
  switch (deps.args.agent) {
    case 'claude':
      return claudeAgent({ bin: deps.claudeBin, model: deps.args.model, env });
    case 'demo':
      return demoAgent();
    case 'command':
      return commandAgent({ command: deps.args.agentCommand ?? '', env });
  }
}
