import type { ChildExit } from '../io/child.ts';
import type { EventBody } from '../io/emitter.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

/** What Ralph gives an agent for one iteration. */
export interface AgentInput {
  /** The whole prompt; goes to stdin. */
  prompt: string;
  /** The checkout. */
  cwd: string;
  /** A folder of this iteration's own, removed after it. */
  scratchDir: string;
}

export interface AgentCommand {
  argv: string[];
  env: Environment;
  stdin: string;
}

/** A usage limit that the agent ran into. */
export interface AgentLimit {
  /** When it ends; null where the agent does not say. */
  resetsAt: Date | null;
}

/** How an iteration's agent ended. */
export interface AgentReading {
  /** Class of the error, the same for the same fault; null where there was none. Never holds the agent's own text. */
  error: string | null;
  limit: AgentLimit | null;
  costUsd: number | null;
  /** The factory's tools did not answer, so the agent was ended before it began: no fault of the work or of the agent. */
  toolsDown: boolean;
}

/** Reads one iteration's output. Never throws on what it does not know: that becomes a `log` event. */
export interface AgentReader {
  /** One line of stdout. */
  parse(line: string): EventBody[];
  /** True from the moment that the agent said it was done, though its process may live on. */
  readonly finished: boolean;
  /** Set where going on makes no sense; Ralph then ends the agent. */
  readonly abort: string | null;
  outcome(exit: ChildExit): AgentReading;
}

/** The one narrow port to a coding agent: a program to run, or a script inside Ralph. */
export type Agent = {
  /** It has the factory's tools for learnings. */
  learningTools: boolean;
} & (
  | { kind: 'program'; name: 'claude' | 'command'; command: (input: AgentInput) => AgentCommand; reader: (now: () => Date) => AgentReader }
  | { kind: 'script'; name: 'demo'; run: (input: AgentInput, emit: (event: EventBody) => void, signal: AbortSignal) => Promise<void> }
);

/** Error class of an exit that the agent did not explain. */
export function exitError(exit: ChildExit): string | null {
  if (exit.startError !== null) return `not started: ${exit.startError}`;
  switch (exit.stopped) {
    case 'idle':
      return 'no output for too long';
    case 'too_long':
      return 'iteration took too long';
    case 'aborted':
    case 'grace':
      return null;
    case null:
      if (exit.signal !== null) return `ended by ${exit.signal}`;
      return exit.exitCode === 0 ? null : `exit code ${String(exit.exitCode)}`;
  }
}
