import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RegisterResponse } from '../../server/contracts/worker-protocol.ts';
import type { Agent } from './agents/agent-port.ts';
import { claudeAgent } from './agents/claude.ts';
import { commandAgent } from './agents/command.ts';
import { demoAgent } from './agents/demo.ts';
import { EXIT } from './args.ts';
import { emitEnding, exitCode, type Stops } from './ending.ts';
import { factoryLink } from './factory-link.ts';
import { acceptedTip, AiFolder, excludeAiFolder, prepareCheckout } from './git/checkout.ts';
import { type GitRemote } from './git/git.ts';
import { Emitter } from './io/emitter.ts';
import { Gateway, RunEnded } from './io/gateway.ts';
import { Heartbeat } from './io/heartbeat.ts';
import { agentEnv } from './io/shell.ts';
import { Spool } from './io/spool.ts';
import type { Ending, Link } from './link.ts';
import { Loop } from './loop.ts';
import { whyOrphaned } from './orphan.ts';
import { WATCHDOGS, type Watchdogs } from './run-agent.ts';
import type { Environment } from '../../server/domain/process-env.ts';

/** How a worker reaches its factory; all that its environment holds. */
export interface FactoryAddress {
  url: string;
  runId: string;
  token: string;
}

export interface WorkerDeps {
  address: FactoryAddress;
  /** Folder that is the worker's own: the checkout, the spool and the iterations' folders lie in it. */
  workspace: string;
  env: Environment;
  claudeBin: string;
  print: (line: string) => void;
  stops: Stops;
  watchdogs?: Watchdogs;
  beat?: { intervalMs: number; claimPollMs: number };
  silenceMaxMs?: number;
}

/** Events go out after a stop too: a call's own time-out ends it. */
const NEVER = new AbortController().signal;
const FLUSH_MS = 10_000;
const FLUSH_STOPPED_MS = 1_000;

/** A worker's whole life; answers its exit code. */
export async function runWorker(deps: WorkerDeps): Promise<number> {
  const { stops, address } = deps;
  const notes: string[] = [];
  let note = (message: string): void => void notes.push(message);
  const orphan: { why: string | null } = { why: null };
  mkdirSync(deps.workspace, { recursive: true });
  const gateway = new Gateway({
    ...address,
    onOutage: (message) => note(`the gateway does not answer, trying again: ${message}`),
    onSilence: (silentMs) => {
      orphan.why ??= whyOrphaned({ workspace: deps.workspace, silentMs, ...(deps.silenceMaxMs === undefined ? {} : { maxMs: deps.silenceMaxMs }) });
      if (orphan.why !== null) stops.stop(orphan.why);
    },
  });
  const run = await gateway.register(stops.stopAll);

  const stateDir = join(deps.workspace, '.ralph');
  const emitter = new Emitter({
    print: deps.print,
    upstream: {
      spool: new Spool(join(stateDir, 'events.jsonl')),
      lastWorkerSeq: run.lastWorkerSeq,
      post: (events) => gateway.events(events, NEVER),
    },
    signal: stops.stopAll,
  });
  note = (message) => emitter.emit({ type: 'log', level: 'warn', text: message.slice(0, 4_000) });
  for (const message of notes) note(message);

  const beats = new AbortController();
  let over = false;
  const heartbeat = new Heartbeat({
    beat: (body, signal) => gateway.heartbeat(body, signal),
    signal: beats.signal,
    ...deps.beat,
    onOrder: (order, message) => {
      over ||= order === 'ended';
      if (order === 'yield') stops.yield(message);
      else stops.stop(message);
    },
  });
  const remote: GitRemote = { url: `${address.url}${run.gitPath}`, token: address.token };
  const link = factoryLink({ gateway, heartbeat, emitter, run, remote, stopAgent: stops.stopAgent, stopAll: stops.stopAll });

  let ending: Ending;
  try {
    ending = await work(deps, { run, emitter, link, remote, stateDir });
  } catch (error) {
    over ||= error instanceof RunEnded;
    const message = error instanceof Error ? error.message : String(error);
    ending = over || stops.stopAll.aborted ? { kind: 'stopped', message } : { kind: 'failed', message };
  }
  if (orphan.why !== null && ending.kind !== 'completed') ending = { kind: 'stopped', message: orphan.why };
  // How it ended is the last word.
  note = () => undefined;
  emitEnding(emitter, ending);
  await emitter.flush(ending.kind === 'stopped' ? FLUSH_STOPPED_MS : FLUSH_MS);
  if (!over && orphan.why === null) await link.end(ending).catch((error: unknown) => process.stderr.write(`could not tell the factory: ${String(error)}\n`));
  beats.abort();
  return exitCode(ending);
}

async function work(deps: WorkerDeps, parts: { run: RegisterResponse; emitter: Emitter; link: Link; remote: GitRemote; stateDir: string }): Promise<Ending> {
  const { run, emitter, link, remote, stateDir } = parts;
  const env = directEnv(deps.env, deps.address.url);
  const agent = chooseAgent(deps, run, env);
  const dir = join(deps.workspace, 'repo');
  const where = { env, signal: deps.stops.stopAll, remote, branch: run.branch };
  const startCommit = await acceptedTip({ ...where, startCommit: run.startCommit });
  const git = await prepareCheckout({ ...where, dir, startCommit });
  await excludeAiFolder(git);
  const loop = new Loop({
    git,
    ai: new AiFolder(dir),
    emitter,
    link,
    config: { ...run, startCommit },
    agent,
    env,
    stateDir,
    stopAgent: deps.stops.stopAgent,
    stopAll: deps.stops.stopAll,
    watchdogs: deps.watchdogs ?? WATCHDOGS,
  });
  return loop.run();
}

function chooseAgent(deps: WorkerDeps, run: RegisterResponse, env: Environment): Agent {
  const own = { ...agentEnv(env), ...run.testEnv };
  switch (run.agent) {
    case 'claude':
      return claudeAgent({ bin: deps.claudeBin, model: run.model ?? 'sonnet', env: own, gateway: deps.address });
    case 'demo':
      return demoAgent();
    case 'command':
      if (run.agentCommand === null) throw new Error('the agent is "command", but no AGENT_COMMAND was given');
      return commandAgent({ command: run.agentCommand, env: own });
  }
}

/** The gateway is never reached through the proxy, which is the gateway itself. */
export function directEnv(env: Environment, url: string): Environment {
  const host = new URL(url).hostname;
  const list = [env.NO_PROXY ?? env.no_proxy, host].filter((entry) => entry !== undefined && entry !== '').join(',');
  return { ...env, NO_PROXY: list, no_proxy: list };
}

/** Exit code of a worker that could not even begin. */
export function startFailure(error: unknown): number {
  return error instanceof RunEnded ? EXIT.stopped : EXIT.error;
}
