'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTRPC } from '../trpc.ts';
import { SLOW } from '../use-read-again.ts';

/**
 * What a work item, or one of its runs, changed; read again as soon as there is another commit.
 * @param head the newest commit as the screen knows it
 */
export function useChanges({ id, runId, head }: { id: string; runId: string | null; head: string | null }) {
  const trpc = useTRPC();
  const changes = useQuery(
    trpc.work.changes.queryOptions(
      { id, ...(runId === null ? {} : { runId }) },
      // A diff is slow beside all else on the screen, which need not wait for it.
      { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, meta: SLOW, trpc: { context: { alone: true } } },
    ),
  );
  const { data, refetch } = changes;
  const shown = data === undefined ? undefined : (data?.to ?? null);
  useEffect(() => {
    if (shown !== undefined && shown !== head) void refetch();
    // Once for each commit: a run that ended without one has none to wait for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [head]);
  return changes;
}
