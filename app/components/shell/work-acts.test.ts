import { expect, test } from 'vitest';
import { workActs } from './work-acts.ts';

test.each([
  ['queued', false, ['pause', 'cancel']],
  ['running', false, ['pause', 'cancel']],
  ['running', true, ['resume', 'cancel']],
  ['paused', false, ['resume', 'cancel']],
  ['stuck', false, ['retry', 'cancel']],
  ['failed', false, ['retry', 'cancel']],
  ['cancelled', false, ['retry']],
  ['closed', false, ['retry']],
  ['in_review', false, []],
  ['merged', false, []],
  ['completed', false, []],
  ['draft', false, ['cancel']],
] as const)('an item that is %s (pausing: %s) allows %j', (state, pausing, acts) => expect(workActs({ state, pausing })).toEqual(acts));
