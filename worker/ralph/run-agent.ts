import { mkdirSync, rmSync } from 'node:fs';
import { type Agent, type AgentReader, type AgentReading } from './agents/agent-port.ts';
import { startChild } from './io/child.ts';
import type { EventBody } from './io/emitter.ts';
import { cutText, LineSplitter } from './io/text.ts';
import { EVENT_TEXT_MAX } from '../../server/contracts/run-events.ts';

/** Ralph's own watchdogs. */
export interface Watchdogs {
  /** No output for this long. */
  idleMs: number;
  /** Longest iteration. */
  iterationMs: number;
  /** Time to end after the agent said that it is done. */
  graceMs: number;
  /** Between SIGTERM and SIGKILL to the process group. */
  killGraceMs: number;
}
export const WATCHDOGS: Watchdogs = { idleMs: 600_000, iterationMs: 30 * 60_000, graceMs: 10_000, killGraceMs: 5_000 };

export interface AgentCall {
  prompt: string;
  cwd: string;
  scratchDir: string;
  emit: (event: EventBody) => void;
  signal: AbortSignal;
  watchdogs: Watchdogs;
  now: () => Date;
}

/** One fresh-context call of the agent. Never rejects: what goes wrong is the reading's error. */
export async function runAgent(agent: Agent, call: AgentCall): Promise<AgentReading> {
  mkdirSync(call.scratchDir, { recursive: true });
  try {
    return agent.kind === 'script' ? await runScript(agent, call) : await runProgram(agent, call);
  } finally {
    rmSync(call.scratchDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runScript(agent: Extract<Agent, { kind: 'script' }>, call: AgentCall): Promise<AgentReading> {
  try {
    await agent.run(call, call.emit, call.signal);
    return { error: null, limit: null, costUsd: null, toolsDown: false };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    call.emit({ type: 'agent.error', text: cutText(message).text });
    return { error: `${agent.name} agent failed`, limit: null, costUsd: null, toolsDown: false };
  }
}

async function runProgram(agent: Extract<Agent, { kind: 'program' }>, call: AgentCall): Promise<AgentReading> {
  const reader = agent.reader(call.now);
  const { argv, env, stdin } = agent.command(call);
  const out = new Joiner(call.emit);
  let grace: NodeJS.Timeout | undefined;
  const stdout = new LineSplitter((line) => out.addAll(line.trim() === '' ? [] : reader.parse(line)));
  const stderr = new LineSplitter((line) => out.addAll(line.trim() === '' ? [] : [{ type: 'log', level: 'warn', ...cutText(line) }]));
  const child = startChild({
    argv,
    env,
    stdin,
    cwd: call.cwd,
    signal: call.signal,
    killGraceMs: call.watchdogs.killGraceMs,
    idleMs: call.watchdogs.idleMs,
    maxMs: call.watchdogs.iterationMs,
    onStdout: (chunk) => {
      stdout.push(chunk);
      out.flush();
      grace ??= watchEnd(reader, child.stop, call.watchdogs.graceMs);
    },
    onStderr: (chunk) => {
      stderr.push(chunk);
      out.flush();
    },
  });
  const exit = await child.done;
  clearTimeout(grace);
  stdout.flush();
  stderr.flush();
  out.flush();
  return reader.outcome(exit);
}

/** The CLI has been seen hanging after its result, and going on without its tools: both are ended. */
function watchEnd(reader: AgentReader, stop: (reason: 'grace') => void, graceMs: number): NodeJS.Timeout | undefined {
  if (reader.abort !== null) return setTimeout(() => stop('grace'), 0);
  return reader.finished ? setTimeout(() => stop('grace'), graceMs) : undefined;
}

/** Joins log lines that arrived together into one event, so that a chatty program does not make an event a line. */
class Joiner {
  private pending: Extract<EventBody, { type: 'log' }> | null = null;

  constructor(private readonly emit: (event: EventBody) => void) {}

  addAll(events: EventBody[]): void {
    for (const event of events) this.add(event);
  }

  private add(event: EventBody): void {
    const last = this.pending;
    if (event.type !== 'log') {
      this.flush();
      this.emit(event);
    } else if (last !== null && last.level === event.level && last.truncated !== true && last.text.length + event.text.length < EVENT_TEXT_MAX) {
      last.text += `\n${event.text}`;
    } else {
      this.flush();
      this.pending = { ...event };
    }
  }

  flush(): void {
    if (this.pending !== null) this.emit(this.pending);
    this.pending = null;
  }
}
