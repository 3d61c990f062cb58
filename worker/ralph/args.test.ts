import { describe, expect, it } from 'vitest';
import { readArgs } from './args.ts';

describe('readArgs', () => {
  it('reads a standalone run', () => {
    const parsed = readArgs(['--spec', 'SPEC.md', '--agent', 'command', '--agent-command', 'sh x', '--max-iterations', '7', '--verify', 'true'], false);
    expect(parsed).toMatchObject({
      kind: 'standalone',
      args: { spec: 'SPEC.md', agent: 'command', agentCommand: 'sh x', maxIterations: 7, verify: 'true', setup: null },
    });
  });

  it('is a worker or a verifier where the factory is named', () => {
    expect(readArgs([], true)).toEqual({ kind: 'worker' });
    expect(readArgs(['verify'], true)).toEqual({ kind: 'verify' });
  });

  it.each([
    [[], '--spec'],
    [['verify'], 'FACTORY_URL'],
    [['--nonsense'], 'nonsense'],
    [['--spec', 'x', '--agent', 'gpt'], '--agent takes'],
    [['--spec', 'x', '--agent', 'command'], '--agent-command'],
    [['--spec', 'x', '--max-iterations', '0'], '--max-iterations'],
    [['--spec', 'x', '--idle-timeout', 'soon'], '--idle-timeout'],
  ])('refuses %j', (argv, message) => {
    expect(readArgs(argv, false)).toMatchObject({ kind: 'usage', message: expect.stringContaining(message) as string });
  });
});
