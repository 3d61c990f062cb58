import { expect, test } from 'vitest';
import { changes, toDraft } from './repository-draft.ts';

test('only what was changed is sent, read as what it is', () => {
  const settings = {
    setup: 'a',
    verify: null,
    baseBranch: null,
    image: null,
    testEnv: { A: '1=2', B: '' },
    maxWorkers: 0,
    maxIterations: null,
    maxUsd: 2.5,
    egressAllow: [] as string[],
    agent: null,
    learnings: 'person',
  } as const;
  const saved = toDraft(settings);
  expect(saved).toEqual({
    setup: 'a',
    verify: '',
    testEnv: 'A=1=2\nB=',
    baseBranch: '',
    image: '',
    maxWorkers: '0',
    maxIterations: '',
    maxUsd: '2.5',
    agent: '',
    learnings: 'person',
  });
  expect(changes(saved, saved)).toEqual({});
  const draft = { ...saved, testEnv: `${saved.testEnv}\n\n C = x `, maxWorkers: '', maxUsd: 'many', setup: '', agent: 'claude', learnings: 'automatic' };
  expect(changes(saved, draft)).toEqual({
    setup: '',
    testEnv: { A: '1=2', B: '', C: ' x ' },
    maxWorkers: null,
    maxUsd: NaN,
    agent: 'claude',
    learnings: 'automatic',
  });
  expect(changes(draft, { ...draft, agent: '' })).toEqual({ agent: null });
  expect(changes(toDraft(null), saved)).toMatchObject({ setup: 'a', maxWorkers: 0 });
});
