import { expect, test } from 'vitest';
import { agentsHere } from './choose-runtime.ts';

type Settings = Parameters<typeof agentsHere>[0];
const none: Settings = { AGENT: 'auto', AGENT_COMMAND: undefined, ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: undefined, RUNTIME: 'auto' };
const all: Settings = { ...none, AGENT_COMMAND: 'true', ANTHROPIC_API_KEY: 'sk-ant-test' };

test.each([
  ['nothing is set', none, true, ['demo']],
  ['a credential and a command, sealed: the command first', all, true, ['command', 'demo', 'claude']],
  ['a credential, sealed', { ...all, AGENT_COMMAND: undefined }, true, ['claude', 'demo']],
  ['not sealed, and nobody chose that: the demo alone', all, false, ['demo']],
  ['processes were chosen', { ...all, RUNTIME: 'process' }, false, ['command', 'demo', 'claude']],
  ['an agent was chosen, which is a choice of the place too', { ...none, AGENT: 'claude' }, false, ['claude', 'demo']],
  ['the demo was chosen; a repository may name another', { ...all, AGENT: 'demo' }, true, ['demo', 'command', 'claude']],
] as const)('who can work here: %s', (_name, settings, isolated, agents) => {
  expect(agentsHere(settings, { isolated })).toEqual(agents);
});
