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
    egressAllow: [],
  };
  const saved = toDraft(settings);
  expect(saved).toEqual({ setup: 'a', verify: '', testEnv: 'A=1=2\nB=', baseBranch: '', image: '', maxWorkers: '0', maxIterations: '', maxUsd: '2.5' });
  expect(changes(saved, saved)).toEqual({});
  const draft = { ...saved, testEnv: `${saved.testEnv}\n\n C = x `, maxWorkers: '', maxUsd: 'many', setup: '' };
  expect(changes(saved, draft)).toEqual({ setup: '', testEnv: { A: '1=2', B: '', C: ' x ' }, maxWorkers: null, maxUsd: NaN });
  expect(changes(toDraft(null), saved)).toMatchObject({ setup: 'a', maxWorkers: 0 });
});
