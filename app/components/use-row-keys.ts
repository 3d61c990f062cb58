'use client';

import { useEffect, useState } from 'react';
import { useShortcuts } from './shell/use-shortcuts.ts';

/**
 * J and K go through the rows of a list, Enter opens the one they are on, X chooses it. The row is held by its id: one that moves, as lists
 * do that are read again, keeps the keys.
 * @param ids of the rows, as they are shown
 * @returns the id of the row that the keys are on; null: none yet, or it is gone
 */
export function useRowKeys({ ids, open, choose }: { ids: readonly string[]; open?: (id: string) => void; choose?: (id: string) => void }): string | null {
  const [held, setHeld] = useState<string | null>(null);
  const at = held === null ? -1 : ids.indexOf(held);
  const current = at === -1 ? null : held;
  useEffect(() => {
    if (current !== null) document.querySelector('[data-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const go = (to: number) => setHeld(ids[Math.max(0, Math.min(ids.length - 1, to))] ?? null);
  useShortcuts({
    j: () => go(at + 1),
    k: () => go(at - 1),
    ...(open ? { Enter: () => current !== null && open(current) } : {}),
    ...(choose ? { x: () => current !== null && choose(current) } : {}),
  });
  return current;
}
