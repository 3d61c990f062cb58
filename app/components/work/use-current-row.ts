'use client';

import { useEffect, useState } from 'react';

/**
 * The row that the keys are on. It is held by its item: what comes above it does not move the keys to another one.
 * @param ids of the rows, in order
 * @param list what list it is: another list begins without a row
 */
export function useCurrentRow(ids: readonly string[], list: string): { current: string | null; move: (by: 1 | -1) => void } {
  const [kept, setKept] = useState<{ id: string | null; list: string }>({ id: null, list });
  const current = kept.list === list && kept.id !== null && ids.includes(kept.id) ? kept.id : null;
  useEffect(() => {
    if (current !== null) document.getElementById(rowId(current))?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const move = (by: 1 | -1) => {
    const at = current === null ? -1 : ids.indexOf(current);
    const id = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    if (id !== undefined) setKept({ id, list });
  };
  return { current, move };
}

/** In the page, of an item's row. */
export const rowId = (id: string) => `row-${id}`;
