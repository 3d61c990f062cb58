import { parseArgs } from 'node:util';

/** Ralph's exit codes; the contract with whoever starts it. */
export const EXIT = { complete: 0, error: 1, usage: 2, stuck: 3, yielded: 4, stopped: 130 } as const;

export const HELP = `ralph: runs a coding agent with a fresh context a call until every box of a spec is checked

  ralph --spec SPEC.md --agent claude|demo|command [options]   in any git checkout
  ralph                                                        as a worker: FACTORY_URL, FACTORY_RUN_ID, FACTORY_TOKEN
  ralph verify                                                 as a verifier: the same variables

  --spec FILE             markdown with a checklist; checked boxes are written back to it
  --agent NAME            claude (default), demo (a script, no model), command
  --agent-command CMD     for --agent command: run by sh -c, the prompt on stdin
  --model NAME            model for claude (default sonnet)
  --max-iterations N      1 to 1000 (default: the larger of 30 and twice the tasks)
  --setup CMD             run once before the first iteration
  --verify CMD            must exit 0 when every box is checked
  --idle-timeout SECONDS  no output for this long ends the agent (default 600)
  --iteration-timeout MIN longest iteration (default 30)
  --help

JSON lines on stdout (worker/ralph/README.md). Exit codes: 0 complete, 1 error, 2 usage, 3 stuck, 4 yielded, 130 stopped.
`;

export interface StandaloneArgs {
  spec: string;
  agent: 'claude' | 'demo' | 'command';
  agentCommand: string | null;
  model: string;
  maxIterations: number | null;
  setup: string | null;
  verify: string | null;
  idleMs: number;
  iterationMs: number;
}

export type ParsedArgs =
  { kind: 'help' } | { kind: 'worker' } | { kind: 'verify' } | { kind: 'standalone'; args: StandaloneArgs } | { kind: 'usage'; message: string };

/** Reads the command line. Pure; `inFactory` says whether the worker's variables are set. */
export function readArgs(argv: string[], inFactory: boolean): ParsedArgs {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, allowPositionals: true, strict: true, options: OPTIONS });
  } catch (error) {
    return { kind: 'usage', message: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  const [verb, ...rest] = positionals;
  if (verb === 'verify' && rest.length === 0) {
    return inFactory ? { kind: 'verify' } : { kind: 'usage', message: 'verify needs FACTORY_URL, FACTORY_RUN_ID and FACTORY_TOKEN' };
  }
  if (verb !== undefined) return { kind: 'usage', message: `unknown argument: ${verb}` };
  if (values.spec === undefined) return inFactory ? { kind: 'worker' } : { kind: 'usage', message: '--spec FILE is needed' };
  return standalone(values, values.spec);
}

const OPTIONS = {
  spec: { type: 'string' },
  agent: { type: 'string', default: 'claude' },
  'agent-command': { type: 'string' },
  model: { type: 'string', default: 'sonnet' },
  'max-iterations': { type: 'string' },
  setup: { type: 'string' },
  verify: { type: 'string' },
  'idle-timeout': { type: 'string', default: '600' },
  'iteration-timeout': { type: 'string', default: '30' },
  help: { type: 'boolean' },
} as const;

function standalone(values: { [K in keyof typeof OPTIONS]?: string | boolean | undefined }, spec: string): ParsedArgs {
  const text = (name: keyof typeof OPTIONS) => (typeof values[name] === 'string' ? values[name] : null);
  const usage = (message: string): ParsedArgs => ({ kind: 'usage', message });
  const agent = text('agent');
  if (agent !== 'claude' && agent !== 'demo' && agent !== 'command') return usage(`--agent takes claude, demo or command, not ${String(agent)}`);
  if (agent === 'command' && text('agent-command') === null) return usage('--agent command needs --agent-command CMD');
  const most = text('max-iterations');
  const maxIterations = most === null ? null : Number(most);
  if (maxIterations !== null && (!Number.isInteger(maxIterations) || maxIterations < 1 || maxIterations > 1000))
    return usage('--max-iterations takes 1 to 1000');
  const idleMs = Number(text('idle-timeout')) * 1_000;
  const iterationMs = Number(text('iteration-timeout')) * 60_000;
  if (!(idleMs > 0)) return usage('--idle-timeout takes seconds');
  if (!(iterationMs > 0)) return usage('--iteration-timeout takes minutes');
  return {
    kind: 'standalone',
    args: {
      spec,
      agent,
      agentCommand: text('agent-command'),
      model: text('model') ?? 'sonnet',
      maxIterations,
      setup: text('setup'),
      verify: text('verify'),
      idleMs,
      iterationMs,
    },
  };
}
