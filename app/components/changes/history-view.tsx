'use client';

import { useQuery } from '@tanstack/react-query';
import { describeError, useTRPC } from '../trpc.ts';
import { Ago, Failed, Skeleton } from '../ui.tsx';

const REFRESH_MS = 5_000;
/** How an act of the audit log is told; others by their own word. */
const ACTS: Record<string, string> = {
  create: 'submitted it',
  state: 'moved it',
  message: 'wrote to the worker',
  pause: 'asked for a pause',
  resume: 'took the pause back',
  draft: 'asked for a draft pull request',
  'issue.imported': 'labelled its issue',
};

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
            <span className="font-medium">{who}</span> {ACTS[action] ?? action}
            {from !== null && to !== null && <span className="text-muted"> {`${from} → ${to}`.replaceAll('_', ' ')}</span>}
            {why && <span className="block text-[13px] text-muted">{why}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
