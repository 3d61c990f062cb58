'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTRPC } from '../trpc.ts';

/** The end of a log as it came with the page, for the moment until the log itself is there. Who comes back is shown no end of then. */
export function useLastEvents(id: string, runId: string | undefined) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  useEffect(
    () => () => queryClient.removeQueries({ queryKey: trpc.work.lastEvents.queryKey(runId === undefined ? { id } : { runId }) }),
    [trpc, queryClient, id, runId],
  );
  // Asked for no more: the whole log is on its way.
  return useQuery(trpc.work.lastEvents.queryOptions(runId === undefined ? { id } : { runId }, { enabled: false })).data;
}
