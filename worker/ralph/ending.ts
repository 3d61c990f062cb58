import { EXIT } from './args.ts';
import type { Emitter } from './io/emitter.ts';
import { cutText } from './io/text.ts';
import type { Ending } from './link.ts';

/** Says how the run ended as its last event. */
export function emitEnding(emitter: Emitter, ending: Ending): void {
  emitter.iteration = undefined;
  const detail = ending.kind === 'completed' ? undefined : cutText(ending.kind === 'stuck' ? `${ending.reason}: ${ending.message}` : ending.message).text;
  emitter.emit({ type: 'run.finished', reason: ending.kind, ...(detail === undefined ? {} : { detail }) });
}

export function exitCode(ending: Ending): number {
  switch (ending.kind) {
    case 'completed':
      return EXIT.complete;
    case 'stuck':
      return EXIT.stuck;
    case 'yielded':
      return EXIT.yielded;
    case 'failed':
      return EXIT.error;
    case 'stopped':
      return EXIT.stopped;
  }
}

/** The two ways to end a run early: the agent only, so that its work can still be stored, or everything. */
export class Stops {
  private readonly agent = new AbortController();
  private readonly all = new AbortController();
  readonly stopAgent = this.agent.signal;
  readonly stopAll = this.all.signal;

  /** The agent ends; what is there is stored and the run yields. */
  yield(message: string): void {
    this.agent.abort(new Error(message));
  }

  /** Everything ends. */
  stop(message: string): void {
    this.agent.abort(new Error(message));
    this.all.abort(new Error(message));
  }
}
