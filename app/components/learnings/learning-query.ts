import { type LearningFilters, learningKindSchema, learningStateSchema } from '../../../server/contracts/learnings.ts';

/** As many as the screen shows at first. */
export const LEARNINGS_PAGE = 50;

/** The filters that the address of the learnings asks for. Pure. @param value of a name in the address, '' where it is not there */
export function learningFilters(value: (name: string) => string): LearningFilters {
  const kind = learningKindSchema.safeParse(value('kind'));
  const state = learningStateSchema.safeParse(value('state'));
  return {
    ...(value('repo') ? { repo: value('repo') } : {}),
    ...(kind.success ? { kind: kind.data } : {}),
    ...(state.success ? { state: state.data } : {}),
    ...(value('path') ? { path: value('path') } : {}),
  };
}
