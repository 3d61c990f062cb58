'use client';

import { useQuery } from '@tanstack/react-query';
import { auditChange, auditWords } from '../audit-words.ts';
import { QueryState } from '../query-state.tsx';
import { useTRPC } from '../trpc.ts';
import { Ago } from '../ui.tsx';

const REFRESH_MS = 5_000;

/** Every act on a work item, the newest first. */
export function HistoryView({ id }: { id: string }) {
  const trpc = useTRPC();
  const history = useQuery(trpc.work.history.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  if (!history.data) return <QueryState query={history} what="The history" />;
  return (
    <ol aria-label="History" className="divide-y divide-line">
      {history.data.map(({ id: row, at, who, action, from, to, why }) => (
        <li key={row} className="grid gap-x-4 py-2 sm:grid-cols-[5rem_minmax(0,1fr)]">
          <span className="text-muted">
            <Ago at={at} />
          </span>
          <span className="min-w-0 break-words">
            <span className="font-medium">{who}</span> {auditWords(action)}
            {from !== null && to !== null && <span className="text-muted"> {auditChange({ action, from, to })}</span>}
            {why && <span className="block text-[13px] text-muted">{why}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
