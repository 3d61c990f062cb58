'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { type SearchBox, typed, whenAddressSays, wrote } from './search-box.ts';
import { workQuery } from './work-query.ts';
import { WORK_TEXT_MAX } from '../../../server/contracts/vocabulary.ts';

export type FilterName = 'q' | 'state' | 'repo' | 'priority' | 'source';

/** A pause in typing after which it is searched for. */
const SETTLE_MS = 250;

/** The filters of the work list, all of them in the address. It changes without asking the server for the page again. */
export function useWorkFilters() {
  const path = usePathname();
  const query = useSearchParams();
  const value = (name: FilterName) => query.get(name) ?? '';
  const q = value('q');
  const [box, setBox] = useState<SearchBox>({ text: q, seen: q, written: [] });
  const now = whenAddressSays(box, q);
  if (now !== box) setBox(now);
  const { text } = now;
  const isTooLong = text.length > WORK_TEXT_MAX.q;

  /** What was typed goes with it, so that no filter drops it. */
  const write = (changes: Partial<Record<FilterName | 'view', string>>) => {
    const next = new URLSearchParams(window.location.search);
    next.delete('focus');
    for (const [name, wanted] of Object.entries({ ...(isTooLong ? {} : { q: text }), ...changes })) {
      if (wanted) next.set(name, wanted);
      else next.delete(name);
    }
    if (!isTooLong) setBox((before) => wrote(before, next.get('q') ?? ''));
    window.history.replaceState(null, '', next.size === 0 ? path : `${path}?${next}`);
  };

  useEffect(() => {
    if (isTooLong || text === (new URLSearchParams(window.location.search).get('q') ?? '')) return;
    const timer = setTimeout(() => write({}), SETTLE_MS);
    return () => clearTimeout(timer);
  });

  const input = workQuery((name) => query.get(name) ?? '');
  return {
    ...{ value, input, text, isTooLong },
    type: (wanted: string) => setBox((before) => typed(before, wanted)),
    set: (name: FilterName | 'view', wanted: string) => write({ [name]: wanted }),
    filtered: Object.keys(input).length > 0,
    board: query.get('view') === 'board',
    focus: query.get('focus') === 'search',
  };
}
export type WorkFilters = ReturnType<typeof useWorkFilters>;
