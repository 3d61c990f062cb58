'use client';

import { useAddress } from '../use-address.ts';
import { learningFilters } from './learning-query.ts';

export type LearningFilterName = 'q' | 'repo' | 'kind' | 'state' | 'path';

/** The search and its filters, all of them in the address. */
export function useLearningFilters() {
  const address = useAddress();
  const value = (name: LearningFilterName) => address.value(name);
  const set = (name: LearningFilterName, wanted: string) => address.set(name, wanted);
  const filters = learningFilters(address.value);
  return { value, q: value('q'), filters, set, filtered: Object.keys(filters).length > 0 };
}
export type LearningFilterState = ReturnType<typeof useLearningFilters>;
