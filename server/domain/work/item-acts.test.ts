import { expect, test } from 'vitest';
import { workItemStateSchema } from '../../contracts/rest.ts';
import { whyNoDraft, whyNoPause } from './item-acts.ts';

const ITEM = { state: 'stuck', repoKind: 'github', branch: 'b', baseCommit: 'a', headCommit: 'c' } as const;

test('a draft can be opened of what stopped with commits of its own, on GitHub', () => {
  expect(workItemStateSchema.options.filter((state) => whyNoDraft({ ...ITEM, state }, true) === null)).toEqual(['paused', 'stuck', 'failed', 'cancelled']);
  expect(whyNoDraft({ ...ITEM, repoKind: 'git' }, true)).toContain('not on GitHub');
  expect(whyNoDraft({ ...ITEM, headCommit: 'a' }, true)).toContain('nothing was committed');
  expect(whyNoDraft({ ...ITEM, headCommit: null }, true)).toContain('nothing was committed');
  expect(whyNoDraft(ITEM, false)).toContain('nothing was committed');
});

test('a pause is for what waits, and for what runs until its work is on its way out or its worker ends', () => {
  expect(workItemStateSchema.options.filter((state) => whyNoPause({ state }, { state: 'running', order: null }) === null)).toEqual(['queued', 'running']);
  const of = (run: Parameters<typeof whyNoPause>[1]) => whyNoPause({ state: 'running' }, run);
  expect([of({ state: 'starting', order: null }), of({ state: 'verifying', order: null })]).toEqual([null, null]);
  expect(of({ state: 'publishing', order: null })).toContain('on its way out');
  expect(of(null)).toContain('on its way out');
  expect(of({ state: 'running', order: 'kill' })).toContain('ending already');
});
