'use client';

import { useSearchParams } from 'next/navigation';

/**
 * What the address of a screen holds: its filters, so that a link and a reload show the same.
 * They are put there at once, not by a navigation: of two choices in a row the second would lose the first.
 */
export function useAddress(): { value: (name: string) => string; set: (name: string, wanted: string) => void } {
  const query = useSearchParams();
  const set = (name: string, wanted: string) => {
    const { pathname, search } = window.location;
    const next = new URLSearchParams(search);
    if (wanted) next.set(name, wanted);
    else next.delete(name);
    const asked = next.toString();
    window.history.replaceState(null, '', asked ? `${pathname}?${asked}` : pathname);
  };
  return { value: (name) => query.get(name) ?? '', set };
}
