'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../trpc.ts';

const REFRESH_MS = 10_000;

/** The factory at a glance, for what every screen shows of it; read on while nobody looks at the tab, whose title and icon tell. */
export function useStatus() {
  const trpc = useTRPC();
  return useQuery(trpc.status.queryOptions(undefined, { refetchInterval: REFRESH_MS, refetchIntervalInBackground: true }));
}
