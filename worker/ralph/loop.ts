import { join } from 'node:path';
import { parseSpec } from '../../server/domain/specs/spec.ts';
import type { LearningForWorker, MessageForWorker } from '../../server/contracts/worker-protocol.ts';
import type { Agent } from './agents/agent-port.ts';
import { worktreeId } from './git/commit-work.ts';
import { cleanEnv, runShell } from './io/shell.ts';
import { backoffMs, sleep } from './io/sleep.ts';
import { cutTail } from './io/text.ts';
import type { Ending } from './link.ts';
import { buildPrompt, type IterationSummary, type PromptInput } from './prompt.ts';
import { runAgent, type Watchdogs } from './run-agent.ts';
import { postSpec, settle, type SettleDeps, type Work } from './settle.ts';
import { decideNext, type IterationFacts, STOP_START, type StopState } from './stop-rule.ts';
import type { Environment } from '../../server/domain/process-env.ts';

export interface RunConfig {
  title: string;
  spec: string;
  setup: string | null;
  verify: string | null;
  testEnv: Record<string, string>;
  branch: string;
  startCommit: string;
  iterationsUsed: number;
}

export interface LoopDeps extends SettleDeps {
  config: RunConfig;
  agent: Agent;
  /** Ralph's own environment; the project's commands get a clean part of it. */
  env: Environment;
  /** Folder for what an iteration needs and leaves. */
  stateDir: string;
  /** Fires on every order to end: the agent stops. */
  stopAgent: AbortSignal;
  /** Fires where nothing may follow: cancel, a signal, an ended run. */
  stopAll: AbortSignal;
  watchdogs: Watchdogs;
  now?: () => Date;
  /** How long files of another run are waited for, and how often they are asked for. */
  leaseWait?: { mostMs: number; everyMs: number };
  /** First pause after an iteration with an error. */
  errorPauseMs?: number;
}

const LEASE_WAIT = { mostMs: 120_000, everyMs: 5_000 };
const LEASE_RETRY_MS = 5 * 60_000;

/** What a prompt holds that the factory gave with the grant. */
interface Told {
  messages: MessageForWorker[];
  learnings: LearningForWorker[];
}

/** The Ralph loop: iterations with a fresh context each, until every box is checked and the check is green. */
export class Loop {
  private readonly work: Work;
  private last: IterationSummary | null = null;
  /** Messages that a prompt of this process has held. */
  private readonly shown = new Set<string>();
  private red: PromptInput['red'] = null;
  private state: StopState = STOP_START;
  /** Messages of a prompt that no agent came to read. */
  private unread: MessageForWorker[] = [];

  constructor(private readonly deps: LoopDeps) {
    const { config } = deps;
    const { spec, startCommit, branch } = config;
    this.work = { spec, tasks: parseSpec(spec).tasks, postedSpec: spec, accepted: startCommit, branch, withheld: [], pushRefused: null };
  }

  async run(): Promise<Ending> {
    const { deps, work } = this;
    if (deps.ai.read('SPEC.md') === null) deps.ai.write('SPEC.md', work.spec);
    deps.emitter.emit({ type: 'run.started', agent: deps.agent.name, branch: work.branch, tasksTotal: work.tasks.length, tasksDone: this.done() });
    const setup = await this.setup();
    if (setup !== null) return setup;
    // What a killed predecessor left in this checkout is taken over first.
    await settle(deps, work, deps.config.iterationsUsed);
    if (this.open() === 0) {
      const ending = await this.claim();
      if (ending !== null) return ending;
    }
    for (let n = deps.config.iterationsUsed + 1; ;) {
      if (deps.stopAgent.aborted) return this.stopped();
      await deps.link.ready();
      if (deps.stopAgent.aborted) return this.stopped();
      const grant = await deps.link.grant(n);
      if (!grant.granted) {
        return grant.next === 'yield' ? { kind: 'yielded', message: grant.reason } : { kind: 'stuck', reason: 'budget', message: grant.reason };
      }
      const fresh = grant.messages.filter((message) => !this.shown.has(message.id));
      const { facts, ending } = await this.iteration(n, { messages: [...this.unread, ...fresh], learnings: grant.learnings });
      if (ending !== null) return ending;
      // A call that the factory's own absence spoilt is made again, and counted once.
      if (facts.progress || !(facts.gatewayDown || facts.toolsDown)) n += 1;
    }
  }

  private done(): number {
    return this.work.tasks.filter((task) => task.done).length;
  }

  private open(): number {
    return this.work.tasks.length - this.done();
  }

  private now(): Date {
    return this.deps.now?.() ?? new Date();
  }

  private stopped(): Ending {
    const message = this.deps.stopAgent.reason instanceof Error ? this.deps.stopAgent.reason.message : 'stopped';
    return this.deps.stopAll.aborted ? { kind: 'stopped', message } : { kind: 'yielded', message };
  }

  private async setup(): Promise<Ending | null> {
    const { deps } = this;
    const command = deps.config.setup;
    if (command === null) return null;
    const result = await runShell({ command, cwd: deps.git.dir, env: { ...cleanEnv(deps.env), ...deps.config.testEnv }, signal: deps.stopAgent });
    if (deps.stopAgent.aborted) return this.stopped();
    const { text, ...cut } = cutTail(result.log);
    deps.emitter.emit({
      type: 'log',
      level: result.exitCode === 0 ? 'info' : 'error',
      text: `setup: ${command}\n${text}`.slice(0, text.length + 4_000),
      ...cut,
    });
    if (result.exitCode === 0) return null;
    return { kind: 'failed', message: `the setup command ended with ${result.exitCode ?? 'no exit code'}: ${result.log.trim().slice(-3_000)}` };
  }

  private async iteration(n: number, { messages, learnings }: Told): Promise<{ facts: IterationFacts; ending: Ending | null }> {
    const { deps, work } = this;
    const startedAt = this.now();
    deps.emitter.iteration = n;
    const task = work.tasks.find((candidate) => !candidate.done)?.text;
    const shown = messages.map((message) => message.id);
    for (const id of shown) this.shown.add(id);
    deps.emitter.emit({
      type: 'iteration.started',
      ...(task === undefined ? {} : { task: task.slice(0, 2_000) }),
      ...(shown.length === 0 ? {} : { messages: shown }),
    });
    deps.link.wasDown();
    const doneBefore = this.done();
    const treeBefore = await worktreeId(deps.git);
    const { config } = deps;
    const reading = await runAgent(deps.agent, {
      prompt: buildPrompt({
        ...config,
        ...{ spec: work.spec, tasks: work.tasks, last: this.last, red: this.red, messages, learnings },
        learningTools: deps.agent.learningTools,
      }),
      cwd: deps.git.dir,
      scratchDir: join(deps.stateDir, `iteration-${n}`),
      emit: (event) => deps.emitter.emit(event),
      signal: deps.stopAgent,
      watchdogs: deps.watchdogs,
      now: () => this.now(),
    });
    this.unread = reading.toolsDown ? messages : [];
    if (deps.stopAll.aborted) return { facts: NOTHING, ending: this.stopped() };

    const { commits, stuck } = await settle(deps, work, n);
    const facts: IterationFacts = {
      openTasks: this.open(),
      progress: commits.length > 0 || this.done() > doneBefore || (await worktreeId(deps.git)) !== treeBefore,
      error: reading.error,
      limit: reading.limit,
      stuck,
      gatewayDown: deps.link.wasDown(),
      toolsDown: reading.toolsDown,
      withheld: work.withheld.length,
      pushRefused: work.pushRefused !== null,
    };
    this.last = {
      iteration: n,
      commits: commits.map((commit) => commit.subject),
      tasksDone: this.done(),
      tasksTotal: work.tasks.length,
      error: reading.error,
      pushRefused: work.pushRefused,
      withheld: work.withheld,
    };
    deps.emitter.emit({
      type: 'iteration.finished',
      outcome: reading.limit !== null ? 'limit' : (reading.error ?? 'ok'),
      durationMs: Math.max(0, this.now().getTime() - startedAt.getTime()),
      commits: commits.length,
      ...(reading.costUsd === null ? {} : { costUsd: reading.costUsd }),
    });
    deps.emitter.iteration = undefined;
    if (deps.stopAgent.aborted) return { facts, ending: this.stopped() };
    return { facts, ending: await this.decide(facts) };
  }

  private async decide(facts: IterationFacts): Promise<Ending | null> {
    const { state, decision } = decideNext(this.state, facts, this.now());
    this.state = state;
    switch (decision.kind) {
      case 'stuck':
        return decision;
      case 'yield':
        return { kind: 'yielded', message: decision.message, notBefore: decision.notBefore };
      case 'claim':
        return this.claim();
      case 'wait_for_leases':
        return (await this.waitForLeases()) ?? this.claim();
      case 'go_on':
        if (facts.error !== null && !facts.progress) {
          const failures = facts.toolsDown ? state.toolsDown : (state.error?.count ?? 1);
          await sleep(backoffMs(Math.max(0, failures - 1), this.deps.errorPauseMs ?? 1_000, 30_000), this.deps.stopAgent);
        }
        return null;
    }
  }

  private async waitForLeases(): Promise<Ending | null> {
    const { mostMs, everyMs } = this.deps.leaseWait ?? LEASE_WAIT;
    const deadline = Date.now() + mostMs;
    while (Date.now() < deadline && !this.deps.stopAgent.aborted) {
      await sleep(everyMs, this.deps.stopAgent);
      await settle(this.deps, this.work, this.last?.iteration ?? 0);
      if (this.work.withheld.length === 0) return null;
    }
    if (this.deps.stopAgent.aborted) return this.stopped();
    return {
      kind: 'yielded',
      message: `another run holds ${this.work.withheld.slice(0, 5).join(', ')}`,
      notBefore: new Date(this.now().getTime() + LEASE_RETRY_MS),
    };
  }

  /** Every box is checked: quick feedback here, then the factory's own word. Null: go on. */
  private async claim(): Promise<Ending | null> {
    const { deps, work } = this;
    if (work.pushRefused !== null) return null;
    this.red = null;
    const { verify } = deps.config;
    if (verify !== null) {
      deps.emitter.emit({ type: 'verify.started', command: verify });
      const result = await runShell({ command: verify, cwd: deps.git.dir, env: { ...cleanEnv(deps.env), ...deps.config.testEnv }, signal: deps.stopAgent });
      if (deps.stopAgent.aborted) return this.stopped();
      const { text: log, ...cut } = cutTail(result.log);
      deps.emitter.emit({ type: 'verify.finished', exitCode: result.exitCode, log, ...cut });
      if (result.exitCode !== 0) {
        this.red = { by: 'local check', command: verify, exitCode: result.exitCode, log: result.log };
        return null;
      }
    }
    postSpec(deps, work);
    const answer = await deps.link.claim(work.accepted);
    switch (answer.kind) {
      case 'accepted':
        return { kind: 'completed' };
      case 'red':
        this.red = { by: 'verifier', command: verify, exitCode: answer.exitCode, log: answer.log };
        return null;
      case 'open':
        this.red = { by: 'verifier', command: null, exitCode: null, log: answer.message };
        return null;
      case 'stopped':
        return this.stopped();
    }
  }
}

const NOTHING: IterationFacts = {
  openTasks: 0,
  progress: false,
  error: null,
  limit: null,
  stuck: null,
  gatewayDown: false,
  toolsDown: false,
  withheld: 0,
  pushRefused: false,
};
