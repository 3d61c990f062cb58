'use client';

import { useQuery } from '@tanstack/react-query';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Failed, Skeleton } from '../ui.tsx';

const REFRESH_MS = 5_000;

/** Every act on a work item, the newest first. */
export function HistoryView({ id }: { id: string }) {
  const trpc = useTRPC();
  const history = useQuery(trpc.work.history.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  if (history.isPending) return <Skeleton rows={6} />;
  if (!history.data) return <Failed what="The history could not be read" why={describeError(history.error).message} retry={() => void history.refetch()} />;
  return (
    <ol aria-label="History" className="divide-y divide-line">
      {history.data.map(({ id: row, at, who, action, from, to, why }) => (
        <li key={row} className="grid gap-x-4 py-2 sm:grid-cols-[5rem_minmax(0,1fr)]">
          <span className="text-muted">
            <Ago at={at} />
          </span>
          <span className="min-w-0 break-words">
            <span className="font-medium">{who}</span> {action}
            {(from !== null || to !== null) && <span className="text-muted">{`  ${from ?? '–'} → ${to ?? '–'}`}</span>}
            {why && <span className="block text-[13px] text-muted">{why}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
