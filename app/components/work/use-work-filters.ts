'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { workQuery } from './work-query.ts';

export type FilterName = 'q' | 'state' | 'repo' | 'priority' | 'source';

/** The filters of the work list, all of them in the address. */
export function useWorkFilters() {
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const value = (name: FilterName) => query.get(name) ?? '';
  const input = workQuery((name) => query.get(name) ?? '');
  const set = (name: FilterName | 'view', wanted: string) => {
    const next = new URLSearchParams(query);
    next.delete('focus');
    if (wanted) next.set(name, wanted);
    else next.delete(name);
    router.replace(`${path}?${next}`);
  };
  return { value, input, set, filtered: Object.keys(input).length > 0, board: query.get('view') === 'board', focus: query.get('focus') === 'search' };
}
export type WorkFilters = ReturnType<typeof useWorkFilters>;
