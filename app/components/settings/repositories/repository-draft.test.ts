import { describe, expect, test } from 'vitest';
import { changes, type Drafting, EMPTY_DRAFT, isDirty, meet, readKept, toDraft, typed } from './repository-draft.ts';

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

describe('a form under which what is stored changes', () => {
  const saved = { ...EMPTY_DRAFT, verify: 'npm test', setup: 'npm ci' };
  const form = (draft: object): Drafting => ({ saved, draft: { ...saved, ...draft }, theirs: {}, restored: false });

  test('follows it where nobody typed, keeps what was typed, and sends only that', () => {
    const met = meet(form({ setup: 'pnpm i' }), { ...saved, verify: 'make check' });
    expect(met).toMatchObject({ draft: { setup: 'pnpm i', verify: 'make check' }, theirs: {} });
    expect(changes(met.saved, met.draft)).toEqual({ setup: 'pnpm i' });
  });

  test('says what another stored in the same field, also after more changes, until one takes it or types the same', () => {
    const met = meet(form({ setup: 'pnpm i' }), { ...saved, setup: 'yarn' });
    expect(met).toMatchObject({ draft: { setup: 'pnpm i' }, theirs: { setup: 'yarn' } });
    const again = meet(met, { ...saved, setup: 'yarn', image: 'node:24' });
    expect(again).toMatchObject({ draft: { setup: 'pnpm i', image: 'node:24' }, theirs: { setup: 'yarn' } });
    const taken = typed(again, { setup: 'yarn' });
    expect([taken.theirs, isDirty(taken)]).toEqual([{}, false]);
  });

  test('a save of one’s own is no clash, nor is the service’s way of writing it', () => {
    const sent = { ...saved, verify: ' make check ' };
    expect(meet({ saved: sent, draft: { ...sent, image: 'node:24' }, theirs: {}, restored: false }, { ...saved, verify: 'make check' })).toEqual({
      saved: { ...saved, verify: 'make check' },
      draft: { ...saved, verify: 'make check', image: 'node:24' },
      theirs: {},
      restored: false,
    });
  });

  test('what was kept is read as it was, and nothing else is', () => {
    expect(readKept(JSON.stringify({ saved, draft: saved }))).toEqual({ saved, draft: saved });
    for (const text of [null, '', '{', '{}', '{"saved":{},"draft":{}}', '[]', '1']) expect(readKept(text)).toBeNull();
  });
});
