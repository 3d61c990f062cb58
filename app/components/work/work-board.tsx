'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { WorkItemRow, WorkItemState } from '../../../server/contracts/rest.ts';
import { useTRPC } from '../trpc.ts';
import { StateBadge, TaskBar, Usd } from '../ui.tsx';
import type { workQuery } from './work-query.ts';

const REFRESH_MS = 3_000;

const COLUMNS: readonly { label: string; states: readonly WorkItemState[] }[] = [
  { label: 'Waiting', states: ['draft', 'awaiting_approval', 'queued', 'paused'] },
  { label: 'Running', states: ['running'] },
  { label: 'Needs you', states: ['stuck', 'failed'] },
  { label: 'In review', states: ['in_review'] },
  { label: 'Done', states: ['merged', 'completed', 'closed', 'cancelled'] },
];

interface WorkBoardProps {
  items: WorkItemRow[];
  filters: ReturnType<typeof workQuery>;
  /** There are more than these. */
  hasMore: boolean;
}

/** The same items by what they wait for; newest first in each column, side by side, on a phone one below the other. How many there are is counted over all, not over those that are shown. */
export function WorkBoard({ items, filters, hasMore }: WorkBoardProps) {
  const trpc = useTRPC();
  const counts = useQuery(trpc.work.counts.queryOptions(filters, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData, enabled: hasMore })).data;
  const countOf = (states: readonly WorkItemState[], shown: number) => {
    if (!hasMore) return String(shown);
    return counts ? String(states.reduce((sum, state) => sum + (counts[state] ?? 0), 0)) : `${shown}+`;
  };
  return (
    <div className="flex flex-col gap-5 pb-2 sm:flex-row sm:overflow-x-auto" tabIndex={0} role="region" aria-label="Board">
      {COLUMNS.map(({ label, states }) => {
        const column = items.filter((item) => states.includes(item.state));
        return (
          <section key={label} aria-label={label} className="sm:w-56 sm:min-w-48 sm:flex-1">
            <h2 className="mb-1 flex justify-between border-b border-line pb-1.5 text-[13px] font-semibold">
              {label} <span className="font-normal tabular-nums text-muted">{countOf(states, column.length)}</span>
            </h2>
            <ul className="divide-y divide-line">
              {column.map((item) => (
                <li key={item.id} className="py-2">
                  <Link href={`/work/${item.id}`} dir="auto" className="block break-words font-medium leading-5 hover:underline">
                    {item.title}
                  </Link>
                  <p className="truncate text-[13px] text-muted">{item.repo}</p>
                  <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-[13px] text-muted">
                    {states.length > 1 && <StateBadge state={item.state} />}
                    <TaskBar {...item.tasks} />
                    {item.costUsd > 0 && <Usd value={item.costUsd} />}
                    {item.priority !== 'medium' && <span>{item.priority}</span>}
                  </p>
                  {(item.waitingReason ?? item.stateReason) && (
                    <p className="mt-0.5 line-clamp-2 text-[13px] text-muted">{item.waitingReason ?? item.stateReason}</p>
                  )}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
