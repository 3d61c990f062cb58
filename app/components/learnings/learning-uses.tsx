'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Learning } from '../../../server/contracts/learnings.ts';
import { EndReasonWord } from '../run-words.tsx';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Failed, Skeleton } from '../ui.tsx';

/** The runs that were given a learning, the latest first, each with how it ended. */
export function LearningUses({ learning }: { learning: Learning }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.learnings.get.queryOptions({ id: learning.id }));
  if (detail.isPending) return <Skeleton rows={1} />;
  if (!detail.data) return <Failed what="The runs could not be read" why={describeError(detail.error).message} retry={() => void detail.refetch()} />;
  const { uses } = detail.data;
  return (
    <ul aria-label="Runs that were given it" className="mt-1 border-l-2 border-line pl-3 text-[13px]">
      {uses.map(({ runId, workItemId, title, reason, at }) => (
        <li key={runId} className="flex flex-wrap items-baseline gap-x-3">
          <Link href={`/work/${workItemId}`} className="min-w-0 max-w-full truncate leading-6 text-accent hover:underline">
            {title}
          </Link>
          <Link href={`/workers/${runId}`} className="relative leading-6 hover:underline">
            <span className="sr-only">Run of {title}: </span>
            {reason === null ? 'still runs' : <EndReasonWord reason={reason} />}
          </Link>
          <span className="text-muted">
            given <Ago at={at} />
          </span>
        </li>
      ))}
      {uses.length < learning.outcome.runs && <li className="text-muted">and {learning.outcome.runs - uses.length} earlier ones</li>}
    </ul>
  );
}
