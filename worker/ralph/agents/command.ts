import { cutText } from '../io/text.ts';
import { type Agent, exitError } from './agent-port.ts';
import type { Environment } from '../../../server/domain/process-env.ts';

/** Any program: prompt on stdin, the checkout as working directory, its output is the log. */
export function commandAgent(opts: { command: string; env: Environment }): Agent {
  return {
    kind: 'program',
    name: 'command',
    learningTools: false,
    command: (input) => ({ argv: ['/bin/sh', '-c', opts.command], env: opts.env, stdin: input.prompt }),
    reader: () => ({
      finished: false,
      abort: null,
      parse: (line) => [{ type: 'log', level: 'info', ...cutText(line) }],
      outcome: (exit) => ({ error: exitError(exit), limit: null, costUsd: null, toolsDown: false }),
    }),
  };
}
