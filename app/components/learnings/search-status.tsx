'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { LearningFilters } from '../../../server/contracts/learnings.ts';
import { describeError, useTRPC } from '../trpc.ts';

const REFRESH_MS = 10_000;

/** By what is searched, how far the vectors are, and the list to take away. */
export function SearchStatus({ searched, filters }: { searched: string; filters: LearningFilters }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const status = useQuery(trpc.learnings.status.queryOptions(undefined, { refetchInterval: REFRESH_MS })).data;
  const download = async () => {
    try {
      const text = await queryClient.fetchQuery(trpc.learnings.export.queryOptions(filters, { staleTime: 0 }));
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
      link.download = 'learnings.md';
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      toast.error(describeError(error).message);
    }
  };
  const embedding = status?.embedding;
  const by = !status
    ? ''
    : !embedding
      ? 'No supervisor is running: search is by words.'
      : embedding.id === null
        ? embedding.because
        : status.embedded < status.total
          ? `${embedding.because} ${status.embedded} of ${status.total} embedded.`
          : `${embedding.because} ${embedding.indexBecause}`;
  return (
    <div className="mb-3 flex flex-wrap items-baseline gap-x-4 gap-y-1 text-[13px] text-muted">
      <p role="status" aria-label="Search" className="min-w-0 flex-1">
        {searched || by}
      </p>
      {status && status.proposed > 0 && <span className="text-warn">{status.proposed} wait for a yes</span>}
      {status && status.total > 0 && (
        <button type="button" className="min-h-6 hover:underline" onClick={() => void download()}>
          Export as markdown
        </button>
      )}
    </div>
  );
}
