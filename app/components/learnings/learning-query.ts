import type { LearningFilters } from '../../../server/contracts/learnings.ts';
import { LEARNING_KINDS, LEARNING_STATES, oneOf } from '../../../server/contracts/vocabulary.ts';

/** As many as the screen shows at first. */
export const LEARNINGS_PAGE = 50;

/** The filters that the address of the learnings asks for. Pure. @param value of a name in the address, '' where it is not there */
export function learningFilters(value: (name: string) => string): LearningFilters {
  const kind = oneOf(LEARNING_KINDS, value('kind'));
  const state = oneOf(LEARNING_STATES, value('state'));
  return {
    ...(value('repo') ? { repo: value('repo') } : {}),
    ...(kind && { kind }),
    ...(state && { state }),
    ...(value('path') ? { path: value('path') } : {}),
  };
}
