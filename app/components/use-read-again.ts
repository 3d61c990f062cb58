'use client';

import { useQueryClient } from '@tanstack/react-query';

/** Queries of this meta are slow, and know themselves when they are out of date. */
export const SLOW = { slow: true };

/** Reads again all that is shown, after an act: but what is slow, for which nobody's button is to wait. */
export function useReadAgain(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ predicate: ({ meta }) => meta?.slow !== true });
}
