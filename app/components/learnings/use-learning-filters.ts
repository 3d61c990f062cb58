'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { learningFilters } from './learning-query.ts';

export type LearningFilterName = 'q' | 'repo' | 'kind' | 'state' | 'path';

/** The search and its filters, all of them in the address. */
export function useLearningFilters() {
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const value = (name: LearningFilterName) => query.get(name) ?? '';
  const filters = learningFilters((name) => query.get(name) ?? '');
  const set = (name: LearningFilterName, wanted: string) => {
    const next = new URLSearchParams(query);
    if (wanted) next.set(name, wanted);
    else next.delete(name);
    router.replace(`${path}?${next}`);
  };
  return { value, q: value('q'), filters, set, filtered: Object.keys(filters).length > 0 };
}
export type LearningFilterState = ReturnType<typeof useLearningFilters>;
